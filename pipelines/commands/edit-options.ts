/** `--set`, `--without` and `--swap`, alike for every verb that reads a graph; done in the order in which they are typed. */
import type { Command } from 'commander'
import type { Edit } from '../../graphs/language/edits.js'
import { shellWord } from '../terminal/shell-word.js'

/** Adds the three options to a verb; gives the list that they fill. */
export function editOptions(command: Command): Edit[] {
  const edits: Edit[] = []
  command
    .option(
      '--set <path=value>',
      'change a value, as in nodes.mel.bands=128 (repeatable)',
      set => void edits.push({ set }),
    )
    .option(
      '--without <node>',
      'take a node out; who read it reads what it read (repeatable)',
      without => void edits.push({ without }),
    )
    .option(
      '--swap <node=stage{...}>',
      "another stage at a node's place, as in encoder=resnet18 (repeatable)",
      swap => void edits.push({ swap }),
    )
  return edits
}

/** Edits as one types them again: ` --without mixed --set train.seed=1`, or nothing. */
export function asTyped(edits: readonly Edit[]): string {
  return edits.map(edit => Object.entries(edit).map(([name, text]) => ` --${name} ${shellWord(text)}`)).join('')
}
