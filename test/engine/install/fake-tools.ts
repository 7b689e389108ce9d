/** Stand-ins for python3, pip, npm and g++, so that installing can be tested without a network or a minute of time. */
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import { BRIDGE, TFJS_VERSION } from '../../../engine/install/bridge.js'
import { engineIn, PLACE } from '../../../engine/install/place.js'

export const WHEEL = 'tensorflow_cpu-2.18.1-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl'

const DOWNLOADS = `while [ $# -gt 1 ]; do [ "$1" = -d ] && : > "$2/${WHEEL}"; shift; done`
const OFFLINE = `
    echo "ERROR: Could not find a version that satisfies the requirement x (from versions: none)" >&2
    echo "ERROR: No matching distribution found for x" >&2
    exit 1`

/** The engine that this checkout runs on. */
const REAL = realpathSync(engineIn(PLACE))
const LIBRARIES = join(REAL, 'tensorflow')

/** Answers questions for versions, writes the file that pip is asked for, and "unpacks" the libraries in use. */
const python = (pip: string, download: string) => `#!/bin/sh
case "$1 $2 $3" in
  --version*) echo Python 3.11.7 ;;
  "-m pip --version") ${pip} ;;
  "-m pip download") ${download} ;;
  -c*)
    /bin/mkdir -p "$4/tensorflow/include"
    /bin/ln -s "${LIBRARIES}/libtensorflow_cc.so.2" "${LIBRARIES}/libtensorflow_framework.so.2" "$4/tensorflow" ;;
esac
`

export const PYTHON = python('echo pip 23.2.1', DOWNLOADS)

/** pip that reaches nothing. */
export const PYTHON_OFFLINE = python('echo pip 23.2.1', OFFLINE)

/** python3 without pip, as Debian has it. */
export const PYTHON_WITHOUT_PIP = python('echo No module named pip >&2; exit 1', 'exit 1')

/** As npm names the package that it is asked for. */
export const TARBALL = `tensorflow-tfjs-node-gpu-${TFJS_VERSION}.tgz`

/** Puts the package where it is asked to. */
export const NPM = `#!/bin/sh
while [ $# -gt 1 ]; do [ "$1" = --pack-destination ] && /bin/cp '${join(REAL, BRIDGE)}' "$2/${TARBALL}"; shift; done
`

/** Another file under the package's name. */
export const NPM_WRONG = NPM.replace(/\/bin\/cp '.*?'/, '/bin/cp /etc/hostname')

export const NPM_OFFLINE = `#!/bin/sh
echo "npm error network This is a problem related to network connectivity." >&2
exit 1
`

/** Compiles by copying the addon that this checkout runs on. */
export const COMPILER = `#!/bin/sh
[ "$1" = --version ] && { echo "g++ 12.2.0"; exit; }
while [ $# -gt 1 ]; do [ "$1" = -o ] && /bin/cp '${join(REAL, 'tfjs_binding.node')}' "$2"; shift; done
`

export const COMPILER_FAILING = `#!/bin/sh
[ "$1" = --version ] && { echo "g++ 4.8"; exit; }
echo "g++: error: unrecognized command line option '-std=c++17'" >&2
exit 1
`

export const COMPILER_WRONG = COMPILER.replace(/\/bin\/cp '.*?'/, '/bin/cp /etc/hostname')

/** A folder with an empty cache, a place for an engine, and programs for the PATH; gone after the test. */
export function workshop(
  t: ExecutionContext,
  tools: Record<string, string>,
): { folder: string; cache: string; place: string; path: string } {
  const folder = mkdtempSync(join(tmpdir(), 'earshot-install-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'bin')
  mkdirSync(path)
  for (const [name, script] of Object.entries(tools)) {
    writeFileSync(join(path, name), script)
    chmodSync(join(path, name), 0o755)
  }
  return { folder, cache: join(folder, 'cache'), place: join(folder, 'package', '.earshot-engine'), path }
}

/** Wheel and package in a folder, as somebody brings them to a machine without a network. */
export function broughtTo(folder: string, wheel: string): string {
  const wheels = join(folder, 'wheels')
  mkdirSync(wheels)
  writeFileSync(join(wheels, wheel), '')
  copyFileSync(join(REAL, BRIDGE), join(wheels, TARBALL))
  return wheels
}
