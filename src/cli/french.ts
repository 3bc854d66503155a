import { type Command, type CommanderError, Help, type Option } from 'commander';

const TITLES: Readonly<Record<string, string>> = {
  'Usage:': 'Usage :',
  'Arguments:': 'Arguments :',
  'Options:': 'Options :',
  'Commands:': 'Commandes :',
};

/** Help in French, and errors thrown instead of told: {@link usageMessage} words them. Before the commands. */
export function inFrench(program: Command): Command {
  return program
    .helpOption('-h, --help', 'affiche cette aide')
    .helpCommand('help [commande]', 'affiche l’aide d’une commande')
    .configureHelp({
      sortSubcommands: false,
      styleTitle: title => TITLES[title] ?? title,
      commandUsage: command => new Help().commandUsage(command).replace('[command]', '[commande]'),
      optionDescription,
    })
    .configureOutput({ outputError: () => undefined })
    .exitOverride();
}

function optionDescription({ description, defaultValue, defaultValueDescription, envVar }: Option): string {
  const given = defaultValue !== undefined && typeof defaultValue !== 'boolean';
  const usual = given ? [defaultValueDescription ?? String(defaultValue)] : [];
  if (envVar !== undefined) return `${description} (${[`variable ${envVar}`, ...usual].join(', sinon ')})`;
  return usual.length === 0 ? description : `${description} (défaut : ${usual.join()})`;
}

/** What is wrong with a command line, in French. Commander's own message tells in quotes what it is about. */
export function usageMessage({ code, message }: CommanderError): string {
  const [subject = ''] = /(?<=')[^']*(?=')/.exec(message) ?? [];
  const [near] = /(?<=Did you mean (?:one of )?)[^?]+(?=\?)/.exec(message) ?? [];
  const instead = near === undefined ? '' : ` Vouliez-vous écrire : ${near} ?`;
  switch (code) {
    case 'commander.unknownCommand':
      return `Commande inconnue : ${subject}.${instead}`;
    case 'commander.unknownOption':
      return `Option inconnue : ${subject}.${instead}`;
    case 'commander.missingArgument':
      return `Il manque un argument : <${subject}>.`;
    case 'commander.optionMissingArgument':
      return `Il manque une valeur à l’option ${subject}.`;
    case 'commander.missingMandatoryOptionValue':
      return `Il manque l’option ${subject}.`;
    case 'commander.excessArguments':
      return 'Il y a trop d’arguments.';
    case 'commander.invalidArgument':
      return `Option ${subject} : valeur incorrecte. ${reasonIn(message)}`;
    default:
      return message;
  }
}

/** What commander says after the value that it repeats; its choices it gives in English. */
function reasonIn(message: string): string {
  const reason = message.split('is invalid. ').at(-1) ?? '';
  return reason.replace('Allowed choices are', 'Valeurs admises :');
}
