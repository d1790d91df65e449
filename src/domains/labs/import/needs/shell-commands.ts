import { withoutHereDocuments } from './scripts.ts';

/** A command that shell code runs. */
export interface ShellCommand {
  /** Its words, from the program on: without assignments and prefixes such as `sudo`. */
  words: string[];
  /** The words before the program: assignments, and prefixes such as `sudo` with their options. */
  before: string[];
  /** Line of its start, from 1. */
  line: number;
}

/** The commands of shell code, and the functions and aliases that it defines. */
interface ShellCommands {
  commands: ShellCommand[];
  defined: ReadonlySet<string>;
}

/** Words that precede a command. */
const OPENERS = new Set(['if', 'then', 'elif', 'else', 'while', 'until', 'do', '!', '{', 'time']);
/** Words that end a compound command. */
const CLOSERS = new Set(['fi', 'done', 'esac', '}', ';;']);
/** Programs that run the command in their arguments, with their options that take a value. */
const RUNNERS = new Map([
  ['sudo', /^-[a-zA-Z]*[ughpCDRTrU]$/],
  ['env', /^-[a-zA-Z]*[uCS]$/],
  ['nohup', /^$/],
  ['exec', /^-a$/],
  ['command', /^$/],
  ['builtin', /^$/],
  ['nice', /^-n$/],
  ['timeout', /^-[sk]$/],
  ['xargs', /^-[aEIdLnPs]$/],
  ['watch', /^-n$/],
  ['stdbuf', /^-[ioe]$/],
]);
/** Maximum nesting of substitutions. Deeper code is ignored. */
const DEEPEST = 8;

/** Finds the commands of shell code. Other text gives meaningless words; it never throws. Pure. */
export function shellCommands(code: string, depth = 0): ShellCommands {
  const commands: ShellCommand[] = [];
  const defined = new Set<string>();
  const add = (words: string[], line: number) => {
    const own = ownWords(words);
    const [name = ''] = own;
    if (name === '') return;
    if (name === 'alias') for (const word of own.slice(1)) defined.add(word.split('=')[0] ?? '');
    commands.push({ words: own, before: words.slice(0, words.length - own.length), line });
  };
  const inner = (text: string, line: number) => {
    if (depth >= DEEPEST) return;
    const nested = shellCommands(text, depth + 1);
    commands.push(...nested.commands.map((one) => ({ ...one, line: one.line + line - 1 })));
    for (const name of nested.defined) defined.add(name);
  };
  const tokens = tokensOf(withoutHereDocuments(code), inner);
  let words: string[] = [];
  let start = 1;
  /** How the words until the next separator are read. */
  let mode: 'command' | 'case' | 'patterns' | 'words' | 'test' = 'command';
  let cases = 0;
  /** Index of the name after "function". */
  let named = -1;
  const flush = () => {
    if (words.length > 0) add(words, start);
    words = [];
  };
  for (const [at, { text, kind, line }] of tokens.entries()) {
    if (kind === 'word') {
      if (mode === 'patterns' && text === 'esac') {
        cases -= 1;
        mode = 'command';
        continue;
      }
      if (mode === 'case' && text === 'in') {
        mode = 'patterns';
        continue;
      }
      if (mode === 'test' && text === ']]') mode = 'words';
      if (mode !== 'command' || at === named) continue;
      if (words.length === 0) {
        start = line;
        if (OPENERS.has(text)) continue;
        if (CLOSERS.has(text)) {
          if (text === 'esac') cases -= 1;
          continue;
        }
        if (text === 'case') {
          cases += 1;
          mode = 'case';
          continue;
        }
        if (text === 'for' || text === 'select' || text === '[[') {
          mode = text === '[[' ? 'test' : 'words';
          continue;
        }
        if (text === 'function') {
          named = at + 1;
          defined.add(tokens[named]?.text.replace(/\(\)$/, '') ?? '');
          continue;
        }
        if (/^[\w.:-]+\(\)$/.test(text)) {
          defined.add(text.slice(0, -2));
          continue;
        }
        if (tokens[at + 1]?.text === '(' && tokens[at + 2]?.text === ')') {
          defined.add(text);
          continue;
        }
      }
      words.push(text);
      continue;
    }
    if (mode === 'patterns') {
      if (text === ')') mode = 'command';
      continue;
    }
    if (mode === 'case' || (mode === 'test' && text !== '\n')) continue;
    flush();
    mode = text === ';;' && cases > 0 ? 'patterns' : 'command';
  }
  flush();
  return { commands, defined };
}

/** Returns the words from the actual program on. */
function ownWords(words: readonly string[]): string[] {
  let own = withoutAssignments(words);
  for (let next = behindRunner(own); next; next = behindRunner(own)) own = next;
  return own;
}

/** Returns the command that a prefix such as `sudo` runs; undefined for other programs, or if it runs nothing. */
export function behindRunner(words: readonly string[]): string[] | undefined {
  const [runner = ''] = words;
  const options = RUNNERS.get(runner);
  if (!options) return undefined;
  let next = 1;
  while ((words[next] ?? '').startsWith('-')) {
    next += options.test(words[next] ?? '') ? 2 : 1;
    if (words[next - 1] === '--') break;
  }
  if (runner === 'timeout') next += 1;
  // "sudo -i" and "command -v git" run no other command.
  if (next >= words.length || (runner === 'command' && /^-[vV]$/.test(words[1] ?? ''))) return undefined;
  return withoutAssignments(words.slice(next));
}

function withoutAssignments(words: readonly string[]): string[] {
  let at = 0;
  while (/^\w+(?:\[[^\]]*\])?\+?=/.test(words[at] ?? '')) at += 1;
  return words.slice(at);
}

interface Token {
  text: string;
  kind: 'word' | 'separator';
  line: number;
}

/** Splits code into words and separators. `inner` receives the code of substitutions. */
function tokensOf(code: string, inner: (text: string, line: number) => void): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let word = '';
  let inWord = false;
  const end = () => {
    if (inWord) tokens.push({ text: word, kind: 'word', line });
    word = '';
    inWord = false;
  };
  const separate = (text: string) => {
    end();
    tokens.push({ text, kind: 'separator', line });
  };
  for (let at = 0; at < code.length; at += 1) {
    const letter = code[at] ?? '';
    if (letter === '\\') {
      if (code[at + 1] === '\n') line += 1;
      else {
        word += code[at + 1] ?? '';
        inWord = true;
      }
      at += 1;
    } else if (letter === "'" || letter === '"' || letter === '`' || code.startsWith('$(', at)) {
      const close = closing(code, at);
      const text = code.slice(at, close + 1);
      takeQuoted(text, line, inner);
      word += letter === "'" || letter === '"' ? text.slice(1, -1) : text;
      inWord = true;
      line += text.split('\n').length - 1;
      at = close;
    } else if (code.startsWith('${', at)) {
      const close = code.indexOf('}', at);
      const until = close === -1 ? at + 1 : close;
      word += code.slice(at, until + 1);
      inWord = true;
      line += code.slice(at, until).split('\n').length - 1;
      at = until;
    } else if (letter === '#' && !inWord) {
      const next = code.indexOf('\n', at);
      at = (next === -1 ? code.length : next) - 1;
    } else if (letter === '\n') {
      separate('\n');
      line += 1;
    } else if (letter === ' ' || letter === '\t') end();
    else if (letter === '>' || letter === '<') {
      // A redirection with its descriptor number and its file.
      if (/^\d+$/.test(word)) {
        word = '';
        inWord = false;
      }
      end();
      const [redirection = letter] =
        /^(?:<<<|[<>]{1,2}[&|]?|[<>]\()[ \t]*/.exec(code.slice(at, at + 80)) ?? [];
      at += redirection.length - 1;
      const [file = ''] = /^[^\s;&|()<>"'`$]+/.exec(code.slice(at + 1, at + 500)) ?? [];
      at += file.length;
      if (file === '') at = skipTarget(code, at);
    } else if (letter === '(' && code.startsWith('((', at) && !inWord) {
      const close = code.indexOf('))', at);
      at = close === -1 ? at + 1 : close + 1;
    } else if (letter === '(' && inWord && word.endsWith('=')) {
      // An array.
      const close = matching(code, at);
      line += code.slice(at, close).split('\n').length - 1;
      at = close;
    } else if (letter === ';' || letter === '&' || letter === '|' || letter === '(' || letter === ')') {
      const double = code[at + 1] === letter && letter !== '(' && letter !== ')';
      separate(double ? letter + letter : letter);
      if (double) at += 1;
    } else {
      word += letter;
      inWord = true;
    }
  }
  end();
  return tokens;
}

/** Skips a redirection's file that is quoted or a variable. */
function skipTarget(code: string, at: number): number {
  const next = code[at + 1] ?? '';
  if (next === '"' || next === "'") return closing(code, at + 1);
  const [variable = ''] = /^\$(?:\{[^}\n]*\}|\w+)[^\s;&|()]*/.exec(code.slice(at + 1, at + 500)) ?? [];
  return at + variable.length;
}

/** Passes the code in a quoted text or a substitution to `inner`. */
function takeQuoted(text: string, line: number, inner: (text: string, line: number) => void): void {
  if (text.startsWith("'") || text.startsWith('$((')) return;
  if (text.startsWith('$(')) return inner(text.slice(2, -1), line);
  if (text.startsWith('`')) return inner(text.slice(1, -1), line);
  for (let at = text.indexOf('$('); at !== -1;) {
    const close = closing(text, at);
    const before = text.slice(0, at).split('\n').length - 1;
    if (!text.startsWith('$((', at)) inner(text.slice(at + 2, close), line + before);
    at = text.indexOf('$(', close);
  }
}

/** Returns the end of the quoted text or substitution at `at`, or the end of the code if it is not closed. */
function closing(code: string, at: number): number {
  const letter = code[at];
  if (letter === '$') return matching(code, at + 1);
  for (let end = at + 1; end < code.length; end += 1) {
    if (code[end] === letter) return end;
    if (code[end] === '\\' && letter !== "'") end += 1;
    else if (letter === '"' && code.startsWith('$(', end)) end = matching(code, end + 1);
  }
  return code.length - 1;
}

/** Returns the index of the matching parenthesis, or the end of the code. */
function matching(code: string, at: number): number {
  let open = 0;
  for (let end = at; end < code.length; end += 1) {
    const letter = code[end];
    if (letter === '\\') end += 1;
    else if (letter === "'" || letter === '"') end = closingQuote(code, end);
    else if (letter === '(') open += 1;
    else if (letter === ')' && (open -= 1) === 0) return end;
  }
  return code.length - 1;
}

function closingQuote(code: string, at: number): number {
  for (let end = at + 1; end < code.length; end += 1) {
    if (code[end] === code[at]) return end;
    if (code[end] === '\\' && code[at] === '"') end += 1;
  }
  return code.length - 1;
}
