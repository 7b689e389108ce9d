// `npm run quickstart`: installs what is missing, trains a small graph on real sounds, and says what came of it.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, SetupError, say, setUp, tell } from './setup.mjs'

await tell(async () => {
  await setUp()
  const { run, resume } = runFolder()
  const embeddings = `${run}/embeddings/quickstart.arrow`
  earshot(['train', 'configs/quickstart.yaml', '--run', run, ...(resume ? ['--resume'] : [])])
  earshot(['embed', run, 'data/sets/quickstart.yaml', '-o', embeddings])
  earshot(['probe', embeddings, '--label', 'class'])
  earshot(['report', run])
  say('Done')
  process.stdout.write(`
${await verdictOf(`${run}/probes/quickstart-class.probe.json`)}
Look at it and listen to it: ${join(root, run, 'report.html')}

What to try next:
  ./earshot embed ${run} my-sounds/ -o my-sounds.arrow     embeddings of your own recordings
  ./earshot list                                           the stages that a graph is made of
  ./earshot graph configs/quickstart.yaml                  the graph that was trained
  ./earshot train configs/quickstart.yaml --set nodes.similarity.temperature=0.5 --run runs/warmer
  ./earshot doctor                                         what is installed here
The run is in ${run}.
`)
})

/** What the probe says of training, in a sentence. */
async function verdictOf(result) {
  const { verdict } = await import('../../dist/pipelines/evaluation/probes/verdict.js')
  return verdict(JSON.parse(readFileSync(join(root, result), 'utf8')).rows, 'balanced accuracy')
}

/** A finished run stays as it is: the next gets a number. One that was broken off goes on. */
function runFolder() {
  for (let number = 1; ; number++) {
    const run = number === 1 ? 'runs/quickstart' : `runs/quickstart-${number}`
    if (!existsSync(join(root, run))) return { run, resume: false }
    const state = stateOf(run)
    if (state === 'interrupted' || state === 'training') return { run, resume: true }
  }
}

function stateOf(run) {
  try {
    return JSON.parse(readFileSync(join(root, run, 'status.json'), 'utf8')).state
  } catch {
    return undefined
  }
}

/** Prints the command as one would type it, then runs it. */
function earshot(words) {
  say(`$ ./earshot ${words.join(' ')}`)
  const { status, signal } = spawnSync(process.execPath, [join(root, 'earshot'), ...words], {
    cwd: root,
    stdio: 'inherit',
  })
  if (status !== 0) throw new SetupError(`The quickstart stopped: earshot ${words[0]} ended with ${signal ?? status}.`)
}
