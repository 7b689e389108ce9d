/** On which machines the engine can be installed. */
import { statfsSync } from 'node:fs'
import { Problem } from '../../data/problem.js'

export interface Machine {
  readonly platform: string
  readonly architecture: string
  /** Version of glibc; undefined on musl (Alpine). */
  readonly glibc: string | undefined
}

export function thisMachine(): Machine {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } }
  return { platform: process.platform, architecture: process.arch, glibc: header.glibcVersionRuntime }
}

/** @throws Problem unless the machine is Linux on x86-64 with glibc */
export function requireMachine({ platform, architecture, glibc }: Machine): void {
  if (platform !== 'linux' || architecture !== 'x64') {
    throw new Problem(
      'unsupported-machine',
      `Earshot's engine runs on Linux on x86-64; this is ${platform} on ${architecture}.`,
      {
        hint: 'Use such a machine, a virtual one, or WSL 2. On Docker: docker run --platform linux/amd64 ... node:22',
      },
    )
  }
  if (glibc === undefined) {
    throw new Problem(
      'unsupported-machine',
      "TensorFlow's wheels need glibc; this Linux has another C library (musl).",
      {
        hint: 'Use a distribution with glibc, such as Debian: docker run ... node:22 instead of node:22-alpine',
      },
    )
  }
}

/** @throws Problem if fewer than `gigabytes` are free where `folder` is */
export function requireSpace(folder: string, gigabytes: number): void {
  const { bavail, bsize } = statfsSync(folder)
  const free = (bavail * bsize) / 1e9
  if (free >= gigabytes) return
  throw new Problem(
    'no-space',
    `Installing TensorFlow needs ${gigabytes} GB for a while; ${folder} has ${free.toFixed(1)} GB left.`,
    { hint: 'Free some space, or name a roomier folder: EARSHOT_CACHE=/path/to/folder' },
  )
}

/** Instruction sets that decide the speed of training, as /proc/cpuinfo names them, fastest last. */
export function cpuFeatures(cpuinfo: string): string[] {
  const flags = new Set(/^flags\s*:(.*)$/m.exec(cpuinfo)?.[1]?.trim().split(/\s+/) ?? [])
  return ['avx', 'avx2', 'fma', 'avx512f', 'avx512_bf16', 'amx_bf16'].filter(name => flags.has(name))
}
