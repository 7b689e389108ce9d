/** The programs that an installation needs, whether they are there, and what brings them. */
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { Problem } from '../../data/problem.js'
import { run } from './run.js'

export interface Tool {
  readonly name: 'g++' | 'python3' | 'pip'
  /** First line of what it says of its version; undefined if it is missing. */
  readonly version: string | undefined
  /** The command that brings it. */
  readonly mend: string
}

/** The compiler: `g++`, or what the environment names as CXX. */
export const compiler = (): string => process.env.CXX || 'g++'

/** Package managers, and what they call our tools. */
const MANAGERS: readonly (readonly [program: string, words: string, names: Record<Tool['name'] | 'ffmpeg', string>])[] =
  [
    ['apt-get', 'apt-get install', { 'g++': 'g++', python3: 'python3', pip: 'python3-pip', ffmpeg: 'ffmpeg' }],
    ['dnf', 'dnf install', { 'g++': 'gcc-c++', python3: 'python3', pip: 'python3-pip', ffmpeg: 'ffmpeg' }],
    ['pacman', 'pacman -S', { 'g++': 'gcc', python3: 'python', pip: 'python-pip', ffmpeg: 'ffmpeg' }],
    ['zypper', 'zypper install', { 'g++': 'gcc-c++', python3: 'python3', pip: 'python3-pip', ffmpeg: 'ffmpeg' }],
  ]

/** The command of this machine's package manager that brings the tools (apt-get's if it has none that we know). */
export function mendingCommand(tools: readonly (Tool['name'] | 'ffmpeg')[]): string {
  const [, words, names] = MANAGERS.find(([program]) => onPath(program)) ?? MANAGERS[0]!
  return `${words} ${tools.map(tool => names[tool]).join(' ')}`
}

/** Whether a program of this name can be run. */
export function onPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some(folder => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/** Looks at compiler, python3 and pip, all at once. */
export async function findTools(): Promise<Tool[]> {
  const [gxx, python, pip] = await Promise.all([
    run(compiler(), ['--version']),
    run('python3', ['--version']),
    run('python3', ['-m', 'pip', '--version']),
  ])
  const found = { 'g++': gxx, python3: python, pip }
  return (['g++', 'python3', 'pip'] as const).map(name => {
    const { code, stdout, stderr } = found[name]
    const version = code === 0 ? (stdout || stderr).split('\n')[0]!.trim() : undefined
    return { name, version, mend: mendingCommand([name]) }
  })
}

/**
 * Refuses before anything is downloaded.
 *
 * @param offline wheels lie in a folder, so that pip is not needed
 * @throws Problem that names every missing tool and one command for all
 */
export async function requireTools({ offline = false } = {}): Promise<void> {
  const missing = (await findTools())
    .filter(({ name, version }) => version === undefined && !(offline && name === 'pip'))
    .map(({ name }) => name)
  if (missing.length === 0) return
  const words = missing.map(name => (name === 'g++' ? `a C++ compiler (${compiler()})` : name)).join(' and ')
  throw new Problem(
    'missing-tools',
    `TensorFlow cannot be installed: ${words} ${missing.length > 1 ? 'are' : 'is'} missing.`,
    {
      hint: `${mendingCommand(missing)}`,
    },
  )
}
