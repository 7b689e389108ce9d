/**
 * One training step (forward, backward, optimiser) of Earshot and of PyTorch, the same models and batches, in turns in one
 * run: Earshot operation by operation, as a function and, where there are no convolutions, compiled by XLA; PyTorch eager and by
 * torch.compile, channels_last, with autocast where the precision is bfloat16. Prints one row a model as Markdown:
 * examples per second, the median of all steps, and the ratio of Earshot's fastest to each of PyTorch's; above 1 Earshot
 * is faster.
 *
 *   node dist/bench/training-step.js [--rounds 5] [--threads 2] [--precision float32|bfloat16] [--model vgg ...]
 *                                    [--ways off,function,xla] [--peers eager,compile] [--clock wall|cpu] [--json FILE]
 *
 * On a busy machine `--threads 1 --clock cpu` counts the time that the processor has worked for the process: it does not
 * see the others, and nothing of how well threads share the work either.
 *
 * Python with torch: EARSHOT_PYTHON, or python3. torch.compile needs a C++ compiler.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { median } from 'd3-array'
import type { Compile } from '../engine/compile/compiled.js'
import type { Precision } from '../engine/engine.js'
import { cpuFeatures } from '../engine/install/machine.js'
import { startEngine } from '../engine/tensorflow.js'
import { rounded, tellRows } from './tell-rows.js'
import { models, type Name } from './training-step/models.js'

const { values: given } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    threads: { type: 'string', default: '2' },
    precision: { type: 'string', default: 'float32' },
    model: { type: 'string', multiple: true, default: Object.keys(models) },
    ways: { type: 'string', default: 'off,function,xla' },
    peers: { type: 'string', default: 'eager,compile' },
    clock: { type: 'string', default: 'wall' },
    json: { type: 'string' },
  },
})
const threads = Number(given.threads)
const engine = await startEngine({ threads, precision: given.precision as Precision })
const torch = await startTorch()
const features = cpuFeatures(readFileSync('/proc/cpuinfo', 'utf8'))
console.log(`${cpus()[0]?.model.trim()}, ${features.join(' ')}; ${threads} threads, ${given.precision}`)
const flags = ['TF_ENABLE_ONEDNN_OPTS', 'ONEDNN_MAX_CPU_ISA'].map(name => `${name}=${process.env[name] ?? ''}`)
console.log(`${flags.join(' ')}; ${torch?.version ?? 'no PyTorch'}; examples/s, ${given.clock} time\n`)

const ways = given.ways.split(',') as Compile[]
const peers = torch ? given.peers.split(',') : []
const rows: Record<string, string | number>[] = []
for (const name of given.model as Name[]) {
  const { title, examples, steps, convolutions, make } = models[name]
  const tried = ways.filter(way => way !== 'xla' || !convolutions)
  const ours = new Map(tried.map(way => [way, make(engine, way, why => console.error(`${name} ${way}: ${why}`))]))
  const times = new Map<string, number[]>([...ways, ...peers].map(each => [each, []]))
  for (let round = 0; round <= Number(given.rounds); round += 1) {
    for (const [way, step] of ours) {
      // steps of the first round are recorded and compiled
      const found = Array.from({ length: round === 0 ? Math.max(steps, 5) : steps }, () => timed(step))
      if (round > 0) times.get(way)!.push(...found)
    }
    for (const peer of peers) {
      const found = await torch!.run(name, peer, steps)
      if (round > 0) times.get(peer)!.push(...found)
    }
  }
  const rate = (each: string) => (examples * 1e3) / (median(times.get(each)!) ?? Number.NaN)
  const best = Math.max(...tried.map(rate))
  const rates = [...ways, ...peers].map(
    each => [ways.includes(each as Compile) ? each : `PyTorch ${each}`, rate(each)] as const,
  )
  const told = rates.map(([each, value]) => [each, Number.isNaN(value) ? '-' : rounded(value)])
  rows.push({
    model: title,
    ...Object.fromEntries([...told, ...peers.map(peer => [`to ${peer}`, rounded(best / rate(peer))])]),
  })
}
const how = `examples/s, ${given.precision}, ${threads} threads, ${given.clock} time, median of ${given.rounds} rounds in turns`
const limit = process.env.ONEDNN_MAX_CPU_ISA
const instructions = limit ? `${features.join(' ')}, oneDNN limited to ${limit}` : features.join(' ')
tellRows([...kept(), ...rows], given.json, `${how}; ${torch?.version ?? 'no PyTorch'}; ${instructions}`)
torch?.end()

function timed(step: () => number): number {
  const start = now()
  step()
  return now() - start
}

/** Rows of other models that the file has: those of one table may be measured one by one. */
function kept(): typeof rows {
  if (given.json === undefined || !existsSync(given.json)) return []
  const before = JSON.parse(readFileSync(given.json, 'utf8')).rows as typeof rows
  return before.filter(({ model }) => !rows.some(row => row.model === model))
}

/** Milliseconds. */
function now(): number {
  if (given.clock !== 'cpu') return performance.now()
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e3
}

/** The Python process, waiting for work; undefined, with a sentence, where there is no torch. */
async function startTorch() {
  const python = process.env.EARSHOT_PYTHON ?? 'python3'
  const script = join('bench', 'training-step', 'torch_steps.py')
  const child = spawn(python, [script, String(threads), given.precision, given.clock], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const version = await Promise.race([answers.next(), once(child, 'error').then(() => ({ done: true, value: '' }))])
  if (version.done) {
    console.error(`No PyTorch: '${python}' cannot import torch. Set EARSHOT_PYTHON to a Python that has it.`)
    return undefined
  }
  return {
    version: version.value as string,
    run: async (name: Name, way: string, steps: number): Promise<number[]> => {
      child.stdin.write(`${name} ${way} ${steps}\n`)
      const { value } = await answers.next()
      return String(value).split(' ').filter(Boolean).map(Number)
    },
    end: () => child.stdin.end(),
  }
}
