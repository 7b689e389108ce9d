/** `earshot doctor`: what is there, what is missing, and the command that mends it. */
import { readFileSync } from 'node:fs'
import { lstat, opendir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { cacheFolder } from '../../data/cache-folder.js'
import { cpuFeatures, requireMachine, thisMachine } from '../../engine/install/machine.js'
import { type EngineReport, probeEngine } from '../../engine/install/probe.js'
import { run } from '../../engine/install/run.js'
import { findTools, mendingCommand, onPath, type Tool } from '../../engine/install/tools.js'
import { verb } from './verb.js'

/** One line of the report. */
export interface Finding {
  readonly about: string
  /** What was found, in words; undefined if nothing. */
  readonly found: string | undefined
  /** Without it nothing trains. */
  readonly essential: boolean
  readonly ok: boolean
  /** The command, or the one thing to do, that mends it. */
  readonly mend?: string
}

export default verb({
  name: 'doctor',
  summary: 'say what is installed, what is missing and how to mend it',
  takes: z.strictObject({ json: z.boolean().optional().describe('print the findings as JSON') }),
  help: 'Exit code 1 if something is missing that training needs.',
  run: async ({ json }) => {
    const findings = await examine()
    process.stdout.write(json ? `${JSON.stringify(findings, null, 2)}\n` : renderFindings(findings))
    if (findings.some(({ ok, essential }) => essential && !ok)) process.exitCode = 1
  },
})

/** Looks at everything at once. */
export async function examine(): Promise<Finding[]> {
  const [engine, tools, ffmpeg, cache] = await Promise.all([probeEngine(), findTools(), findFfmpeg(), measureCache()])
  return [
    node(process.versions.node),
    machine(),
    ...tensorflow(engine),
    ...cpu(),
    ...building(tools, engine),
    ffmpeg,
    cache,
  ]
}

/** Earshot runs on Node 20.19 or newer. */
export function node(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const ok = major > 20 || (major === 20 && minor >= 19)
  const mend = 'Install Node 22 or newer: https://nodejs.org/en/download'
  return { about: 'Node', found: version, essential: true, ok, ...(ok ? {} : { mend }) }
}

function machine(): Finding {
  const here = thisMachine()
  const found = [
    ...[here.platform, here.architecture, here.glibc ? `glibc ${here.glibc}` : 'no glibc'],
    `${(totalmem() / 2 ** 30).toFixed(0)} GiB of memory`,
  ].join(', ')
  try {
    requireMachine(here)
    return { about: 'machine', found, essential: true, ok: true }
  } catch (error) {
    return { about: 'machine', found, essential: true, ok: false, mend: (error as Error).message }
  }
}

/** The engine and its device. */
export function tensorflow(report: EngineReport): Finding[] {
  const { tensorflow: version, tfjs, device, folder, failure } = report
  const mend = './earshot engine install'
  if (version === undefined) return [{ about: 'TensorFlow', found: failure, essential: true, ok: false, mend }]
  return [
    { about: 'TensorFlow', found: `${version} under TensorFlow.js ${tfjs} (${folder})`, essential: true, ok: true },
    { about: 'device', found: device, essential: false, ok: true },
    { about: 'oneDNN', essential: false, ...oneDnn(report) },
  ]
}

/** Half of the speed on many processors, unless somebody has turned it off. */
function oneDnn({ oneDnn: on, instructions }: EngineReport): Pick<Finding, 'found' | 'ok' | 'mend'> {
  const { TF_ENABLE_ONEDNN_OPTS: set, ONEDNN_MAX_CPU_ISA: limit } = process.env
  const widest = `up to ${instructions ?? 'unknown instructions'}${limit ? ` (ONEDNN_MAX_CPU_ISA=${limit})` : ''}`
  if (on) return { found: `on, ${widest}`, ok: true }
  const off = `off${set ? ` (TF_ENABLE_ONEDNN_OPTS=${set})` : ''}; products ${widest}`
  return {
    found: off,
    ok: false,
    mend: 'unset TF_ENABLE_ONEDNN_OPTS: without oneDNN training takes up to twice as long',
  }
}

function cpu(): Finding[] {
  const threads = process.env.TF_NUM_INTRAOP_THREADS
  const cores = `${availableParallelism()} cores here${threads ? `, TF_NUM_INTRAOP_THREADS=${threads}` : ''}`
  let features: string[] = []
  try {
    features = cpuFeatures(readFileSync('/proc/cpuinfo', 'utf8'))
  } catch {}
  const found = `${cpus()[0]?.model.trim() ?? 'unknown'}: ${features.join(', ') || 'features unknown'}`
  return [
    { about: 'threads', found: cores, essential: false, ok: true },
    { about: 'CPU', found, essential: false, ok: true },
  ]
}

/** Compiler, python3 and pip are needed only to build the engine. */
export function building(tools: readonly Tool[], { tensorflow: running }: EngineReport): Finding[] {
  return tools.map(({ name, version, mend }) => {
    const ok = version !== undefined
    return { about: name, found: version, essential: running === undefined, ok, ...(ok ? {} : { mend }) }
  })
}

/** ffmpeg reads what the decoders in JavaScript cannot: FFMPEG_PATH, else the one on the PATH, else the bundled one. */
async function findFfmpeg(): Promise<Finding> {
  let path = process.env.FFMPEG_PATH || (onPath('ffmpeg') ? 'ffmpeg' : undefined)
  try {
    path ??= createRequire(import.meta.url)('@ffmpeg-installer/ffmpeg').path as string
  } catch {}
  const outcome = path === undefined ? undefined : await run(path, ['-hide_banner', '-version'])
  const version = outcome?.code === 0 ? /^ffmpeg version (\S+)/.exec(outcome.stdout)?.[1] : undefined
  const about = { about: 'ffmpeg', essential: false }
  if (version !== undefined) return { ...about, found: `${version} (${path})`, ok: true }
  const mend = process.env.FFMPEG_PATH ? 'unset FFMPEG_PATH' : mendingCommand(['ffmpeg'])
  return { ...about, found: path === undefined ? undefined : `${path} does not run`, ok: false, mend }
}

async function measureCache(): Promise<Finding> {
  const folder = cacheFolder()
  const parts: string[] = []
  try {
    for await (const entry of await opendir(folder)) {
      const size = await sizeOf(join(folder, entry.name))
      parts.push(`${entry.name} ${(size / 1e6).toFixed(0)} MB`)
    }
  } catch {}
  return { about: 'cache', found: `${folder}: ${parts.sort().join(', ') || 'empty'}`, essential: false, ok: true }
}

/** Bytes of a file, or of all files below a folder; what vanishes meanwhile counts nothing. */
async function sizeOf(path: string): Promise<number> {
  const found = await lstat(path).catch(() => undefined)
  if (!found?.isDirectory()) return found?.size ?? 0
  let sum = 0
  for await (const entry of await opendir(path)) sum += await sizeOf(join(path, entry.name))
  return sum
}

/** A line a finding, and below them what to do. */
export function renderFindings(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ about }) => about.length))
  const lines = findings.map(({ about, found, ok }) => {
    return `${ok ? ' ' : '!'} ${about.padEnd(width)}  ${found ?? 'missing'}`
  })
  const wanting = findings.filter(({ ok }) => !ok)
  const advice = wanting.map(({ about, essential, mend }) => {
    return `  ${about}${essential ? '' : ' (training works without it)'}: ${mend}`
  })
  return [...lines, '', ...(wanting.length === 0 ? ['Nothing is missing.'] : ['To mend:', ...advice]), ''].join('\n')
}
