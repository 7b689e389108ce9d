/** `--set`, `--without` and `--swap`, alike for every verb that reads a graph; done in the order in which they are typed. */
import { type Command, Option } from 'commander'
import { type Edit, editArguments } from '../../graphs/language/edits.js'
import { shellWord } from '../terminal/say.js'

/** Adds the three options to a verb; gives the list that they fill. */
export function editOptions(command: Command): Edit[] {
  const edits: Edit[] = []
  let folder: string | undefined
  const add = (edit: Edit) => void edits.push(folder === undefined ? edit : { ...edit, folder })
  command
    .option('--set <path=value>', 'change a value, as in nodes.mel.bands=128 (repeatable)', set => add({ set }))
    .option('--without <node>', 'take a node out; who read it reads what it read (repeatable)', without =>
      add({ without }),
    )
    .option('--swap <node=stage{...}>', "another stage at a node's place, as in encoder=resnet18 (repeatable)", swap =>
      add({ swap }),
    )
    .addOption(
      new Option('--files-from <folder>', 'where files that the edits after this name count from, if not from here')
        .argParser(given => {
          folder = given
        })
        .hideHelp(), // sweeps start their jobs with it
    )
  return edits
}

/** Edits as one types them again: ` --without mixed --set train.seed=1`, or nothing. */
export function asTyped(edits: readonly Edit[]): string {
  return editArguments(edits)
    .map(word => ` ${shellWord(word)}`)
    .join('')
}
