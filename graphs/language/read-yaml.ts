/** YAML text to a tree with places. Runs nothing, expands little: a hostile file is refused in bounded time. */
import { readFile, stat } from 'node:fs/promises'
import { Composer, type CST, type Document, Lexer, LineCounter, Parser } from 'yaml'
import { Problem } from '../../data/problem.js'
import { textOfFile } from './text-of-file.js'
import { type Branch, problemAt, type Spot, type Tree } from './tree.js'
import { DEEPEST, type Spotter, spotter, treeOf } from './yaml-tree.js'

const MOST_CHARACTERS = 1_000_000

export interface ReadYaml {
  tree?: Tree
  problems: Problem[]
}

/** Reads a file whose top level must be a map. The tree is there whenever the file's syntax is sound. */
export async function readYamlFile(file: string): Promise<{ tree?: Branch; problems: Problem[] }> {
  const found = await stat(file)
  if (!found.isFile() && !found.isDirectory()) {
    const message = `${file} is no ordinary file (a device or a pipe has no end that can be waited for).`
    return { problems: [new Problem('unreadable-file', message, { place: { file } })] }
  }
  if (found.size > MOST_CHARACTERS) return { problems: [tooLarge({ file })] }
  const text = textOfFile(await readFile(file), file)
  if (typeof text !== 'string') return { problems: [text] }
  const { tree, problems } = parseYaml(text, file)
  if (tree?.kind === 'map') return { tree, problems }
  if (problems.length > 0) return { problems }
  if (tree === undefined || (tree.kind === 'leaf' && tree.value === null)) {
    return {
      problems: [
        new Problem('empty-document', 'The file is empty. A graph starts with the line: nodes:', { place: { file } }),
      ],
    }
  }
  return {
    problems: [
      problemAt('not-a-map', tree.spot, [], 'A graph is a map of keys to values and starts with the line: nodes:'),
    ],
  }
}

/** Parses text; `file` names it in problems. */
export function parseYaml(text: string, file: string): ReadYaml {
  if (text.length > MOST_CHARACTERS) return { problems: [tooLarge({ file })] }
  const lines = new LineCounter()
  const deep = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return problemAt('too-deep', { file, line, column: col }, [], `Values are nested more than ${DEEPEST} deep here.`)
  }
  const { tokens, tooDeep, quotes, oddBlank } = tokensOf(text, lines)
  if (tooDeep !== undefined) return { problems: [deep(tooDeep)] }
  const composer = new Composer({ uniqueKeys: false, strict: true, version: '1.2', logLevel: 'silent' })
  const documents = [...composer.compose(tokens, true, text.length)]
  const spot = spotter(file, text, lines)
  if (oddBlank !== undefined) {
    const code = text.charCodeAt(oddBlank).toString(16).toUpperCase().padStart(4, '0')
    const message = `This blank is no ordinary one (U+${code}), and YAML takes it for a letter. Type it anew.`
    const hint = 'Text that needs it stands in quotes.'
    return { problems: [problemAt('odd-blank', spot(oddBlank, oddBlank + 1), [], message, hint)] }
  }
  // what follows the first slip is mostly its echo
  const [syntax] = documents.flatMap(document => [...document.errors, ...document.warnings])
  if (syntax) return { problems: [openQuote(syntax, quotes, spot, lines) ?? syntaxProblem(syntax, spot, text)] }
  if (documents.length > 1) {
    const second = spot(documents[1]!.range![0], documents[1]!.range![0] + 3)
    return {
      problems: [problemAt('two-documents', second, [], 'A second document starts here. Keep one graph a file.')],
    }
  }
  const document = documents[0]
  if (!document?.contents) return { problems: [] }
  return treeOf(document as Document, spot)
}

interface Tokens {
  tokens: CST.Token[]
  /** Where the text is nested too deeply (the composer recurses); the tokens end there. */
  tooDeep?: number
  /** Texts in quotes that run over several lines: from quote to quote, or to the end of the text. */
  quotes: { start: number; end: number; closed: boolean }[]
  /** The first blank outside quotes and comments that looks like one and is none. */
  oddBlank?: number
}

const ODD_BLANK = /[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000\ufeff]/

function tokensOf(text: string, lines: LineCounter): Tokens {
  const parser = new Parser(lines.addNewLine)
  const found: Tokens = { tokens: [], quotes: [] }
  lines.addNewLine(0)
  for (const lexeme of new Lexer().lex(text)) {
    const start = parser.offset
    for (const token of parser.next(lexeme)) found.tokens.push(token)
    if (parser.stack.length > DEEPEST) return { ...found, tooDeep: parser.offset }
    const [first = ''] = lexeme
    if (first === '"' || first === "'") {
      const closed = lexeme.length > 1 && lexeme.endsWith(first)
      if (lexeme.includes('\n') || !closed) found.quotes.push({ start, end: start + lexeme.length, closed })
    } else if (first !== '#') {
      const odd = ODD_BLANK.exec(lexeme)
      if (odd && lexeme !== '\ufeff') found.oddBlank ??= start + odd.index
    }
  }
  for (const token of parser.end()) found.tokens.push(token)
  return found
}

/** A quote that is never closed, or only where the next text was to be opened, is told where it opens. */
function openQuote(
  { pos: [at] }: { pos: [number, number] },
  quotes: Tokens['quotes'],
  spot: Spotter,
  lines: LineCounter,
): Problem | undefined {
  const before = quotes.filter(({ start }) => start <= at).at(-1)
  if (!before) return undefined
  const { start, end, closed } = before
  const message = closed
    ? `The text that opens here in quotes goes on to line ${lines.linePos(end).line}. Is a quote missing?`
    : 'The quote that opens here is never closed.'
  return problemAt('yaml-syntax', spot(start, end), [], message)
}

const IN_WORDS: Record<string, string> = {
  BAD_INDENT: 'The indentation does not fit the lines above, or a bracket before this is not closed.',
  TAB_AS_INDENT: 'Tabs cannot indent YAML. Use blanks.',
  BLOCK_AS_IMPLICIT_KEY:
    'Two keys stand in one line. Start a new line, or put { } around the inner ones; text with a colon needs quotes.',
  MULTILINE_IMPLICIT_KEY: 'A key must stand in one line. Is a colon missing?',
  MISSING_CHAR: 'Something is missing here: a closing bracket or quote, a comma, or a colon.',
  TAG_RESOLVE_FAILED: 'Tags such as !!this are not read. Write the plain value.',
}

function syntaxProblem(
  { code, message, pos: [start, end] }: { code: string; message: string; pos: [number, number] },
  spot: Spotter,
  text: string,
): Problem {
  const brace = /(?<!["'])\$\{[^}\n]*\}?/.exec(text.slice(Math.max(0, start - 2), start + 80))
  if (brace && brace.index <= 2) {
    const at = Math.max(0, start - 2) + brace.index
    return problemAt(
      'yaml-syntax',
      spot(at, at + brace[0].length),
      [],
      `Inside { } a reference needs quotes: "${brace[0]}".`,
    )
  }
  return problemAt('yaml-syntax', spot(start, end), [], IN_WORDS[code] ?? `This is not YAML: ${message}.`)
}

function tooLarge(place: Spot): Problem {
  return new Problem('too-large', 'The file is larger than 1 MB, too large for a graph. Is it the right file?', {
    place,
  })
}
