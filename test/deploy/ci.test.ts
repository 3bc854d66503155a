import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

/** The last line of `.ci/run` for a report of vitest. */
function count(report: object): string {
  const folder = mkdtempSync(join(tmpdir(), 'pfi-count-'));
  try {
    writeFileSync(join(folder, 'report.json'), JSON.stringify(report));
    return execFileSync(process.execPath, ['.ci/count.js', join(folder, 'report.json')]).toString();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('.ci/run', () => {
  it('is a shell script that may be run', () => {
    expect(statSync('.ci/run').mode & 0o111).toBe(0o111);
    execFileSync('bash', ['-n', '.ci/run']);
  });

  it.each([
    [
      { numPassedTests: 7, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] },
      '7 passed, 0 failed\n',
    ],
    [
      { numPassedTests: 7, numFailedTests: 1, numPendingTests: 3, numTodoTests: 0, testResults: [] },
      '7 passed, 1 failed, 3 skipped\n',
    ],
  ])('counts tests', (report, line) => {
    expect(count(report)).toBe(line);
  });

  it('counts a file that could not run at all as a failure, and one with a failed test once', () => {
    const testResults = [
      { status: 'failed', assertionResults: [] },
      { status: 'failed', assertionResults: [{ status: 'failed' }] },
      { status: 'passed', assertionResults: [{ status: 'passed' }] },
    ];
    const report = { numPassedTests: 1, numFailedTests: 1, numPendingTests: 0, numTodoTests: 0, testResults };
    expect(count(report)).toBe('1 passed, 2 failed\n');
  });
});
