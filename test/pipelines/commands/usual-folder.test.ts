import { join } from 'node:path'
import test from 'ava'
import { usualFolder } from '../../../pipelines/commands/usual-folder.js'

test('results lie in the run, by the name of the sounds', t => {
  t.is(usualFolder('consistency', 'runs/first', 'data/sets/drums.yaml'), join('runs/first', 'consistency', 'drums'))
  for (const which of ['best', 'untrained', '500'])
    t.is(usualFolder('consistency', `runs/first@${which}`, 'x'), join('runs/first', 'consistency', 'x'))
  for (const ending of ['json', 'safetensors'])
    t.is(
      usualFolder('detection', `runs/first/checkpoints/step-000100.${ending}`, 'x'),
      join('runs/first', 'detection', 'x'),
    )
})

test('a run may have a point in its name', t => {
  t.is(usualFolder('consistency', 'runs/rate-0.5', 'x'), join('runs/rate-0.5', 'consistency', 'x'))
})
