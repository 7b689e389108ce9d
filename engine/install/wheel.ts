/** TensorFlow's shared libraries and headers, out of the wheels on PyPI. Python only fetches and unzips; it is not run. */
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Problem } from '../../data/problem.js'
import type { EngineChoice } from './choice.js'
import { run, tellingLine } from './run.js'

/** Any Python's wheel would do, since only its C++ libraries are used. */
const TAGS = [
  ...['manylinux_2_17_x86_64', 'manylinux_2_27_x86_64', 'manylinux2014_x86_64'].flatMap(tag => ['--platform', tag]),
  ...['--implementation', 'cp', '--python-version', '311', '--abi', 'cp311'],
]

/** The shared libraries, the headers, and for CUDA the libraries of the companions; prints what the wheel requires. */
const UNPACK = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    for name in wheel.namelist():
        parts = name.split('/')
        library = '.so' in parts[-1] and (len(parts) == 2 or parts[0] == 'nvidia')
        if library or name.startswith('tensorflow/include/'):
            wheel.extract(name, sys.argv[2])
        elif parts[0].endswith('.dist-info') and parts[-1] == 'METADATA':
            print(wheel.read(name).decode())
`

/**
 * Downloads wheels with pip, by the user's own pip settings.
 *
 * @param requirements such as `tensorflow-cpu==2.18.1`
 * @param folder where the `.whl` files go
 * @throws Problem if pip cannot get them
 */
export async function downloadWheels(requirements: readonly string[], folder: string): Promise<void> {
  const words = ['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', ...TAGS]
  const outcome = await run('python3', [...words, '--disable-pip-version-check', '-d', folder, ...requirements], {
    show: process.stderr.isTTY === true,
    env: { TMPDIR: folder, ...process.env },
  })
  if (outcome.code === 0) return
  const offered = /\(from versions: (.*?)\)/.exec(outcome.stderr)?.[1] ?? 'none'
  const versions = offered.split(', ').filter(version => /^[\d.]+$/.test(version))
  const wanted = requirements.join(', ')
  const found =
    versions.length === 0 ? 'it reached no package index that has any' : `it found ${versions.slice(-6).join(', ')}`
  const refused = /No matching distribution/.test(outcome.stderr)
  throw new Problem(
    'no-wheel',
    refused
      ? `pip found no ${wanted} for Linux on x86-64: ${found}.`
      : `pip could not download ${wanted}: ${tellingLine(outcome.stderr)}`,
    {
      hint: [
        ...(versions.length > 0 ? ['Take another version: ./earshot engine install --tensorflow VERSION'] : []),
        'Behind a mirror or proxy, set PIP_INDEX_URL or HTTPS_PROXY. Without a network, run elsewhere',
        `  python3 -m pip download --no-deps --only-binary=:all: ${TAGS.join(' ')} -d wheels ${requirements.join(' ')}`,
        'and here ./earshot engine install --from wheels',
      ].join('\n'),
    },
  )
}

/**
 * Unpacks libraries and headers of a wheel into `folder`.
 *
 * @returns the wheel's metadata
 * @throws Problem if the file is damaged or does not fit
 */
export async function unpackWheel(wheel: string, folder: string): Promise<string> {
  const { code, stdout, stderr } = await run('python3', ['-c', UNPACK, wheel, folder])
  if (code === 0) return stdout
  throw new Problem('bad-wheel', `${wheel} could not be unpacked: ${tellingLine(stderr)}.`, {
    hint: 'Delete the file and fetch it again; see that the disk has room (EARSHOT_CACHE names another folder).',
  })
}

/** The companions that TensorFlow's metadata pins for CUDA: `nvidia-cublas-cu12==12.5.3.2`, ... */
export function cudaCompanions(metadata: string): string[] {
  return [...metadata.matchAll(/^Requires-Dist: *(nvidia-[\w-]+) *\(?(==[\w.]+)\)?.*and-cuda/gm)].map(
    ([, name, version]) => `${name}${version}`,
  )
}

/**
 * Finds TensorFlow's wheel among the files of a folder.
 *
 * @param version wanted; any if undefined
 * @throws Problem if there is none, or several to choose from
 */
export function wheelIn(
  folder: string,
  { gpu = false, version }: { gpu?: boolean; version?: string | undefined } = {},
) {
  const name: EngineChoice['package'] = gpu ? 'tensorflow' : 'tensorflow-cpu'
  const files = existsSync(folder) ? readdirSync(folder).filter(file => file.endsWith('.whl')) : []
  const wheels = files.flatMap(file => {
    const [distribution, found] = file.split('-')
    const fits = distribution === name.replaceAll('-', '_') && (version === undefined || version === found)
    return fits && /manylinux.*x86_64\.whl$/.test(file) ? [{ path: join(folder, file), version: found! }] : []
  })
  const [only, another] = wheels
  if (only && !another) return only
  const wanted = `${name}${version === undefined ? '' : ` ${version}`}`
  throw new Problem(
    'no-wheel',
    another
      ? `${folder} holds ${wheels.length} wheels of ${wanted}.`
      : `${folder} holds no wheel of ${wanted} for Linux on x86-64.`,
    {
      hint: another
        ? `Choose one with --tensorflow: ${wheels.map(wheel => wheel.version).join(', ')}`
        : `It holds ${files.length === 0 ? 'no .whl file' : files.join(', ')}. Fetch one: python3 -m pip download --no-deps --only-binary=:all: ${TAGS.join(' ')} -d ${folder} ${name}==${version ?? '2.18.1'}`,
    },
  )
}

/** Every CUDA companion that lies in a folder. */
export function companionsIn(folder: string): string[] {
  return readdirSync(folder)
    .filter(file => /^nvidia_.*x86_64\.whl$/.test(file))
    .map(file => join(folder, file))
}

/** Takes away the wheels after unpacking. */
export function removeWheels(folder: string): void {
  for (const file of readdirSync(folder)) if (file.endsWith('.whl')) rmSync(join(folder, file))
}
