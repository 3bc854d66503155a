import { sqliteStore } from '../kit/journal.ts';
import { journalContract } from './contract.ts';

journalContract('SQLite', sqliteStore);
