/** `earshot completion`: verbs and flags at the tab key; where neither fits, the shell completes names of files. */
import type { Command } from 'commander'
import { z } from 'zod'
import { verb } from './verb.js'

const BASH = `_earshot() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -W "$(earshot complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _earshot earshot
`

const SCRIPTS = {
  bash: BASH,
  zsh: `autoload -U +X bashcompinit && bashcompinit\n${BASH}`,
  fish: `complete -c earshot -a '(earshot complete -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'\n`,
}

const EXAMPLES = `
Examples, where earshot is on the PATH:
  source <(earshot completion bash)      in ~/.bashrc; zsh in ~/.zshrc
  earshot completion fish > ~/.config/fish/completions/earshot.fish
`

export default verb({
  name: 'completion',
  summary: 'print what has a shell complete verbs and flags',
  takes: z.strictObject({
    shell: z.enum(['bash', 'zsh', 'fish']).describe('bash, zsh or fish').meta({ argument: '<shell>' }),
  }),
  help: EXAMPLES,
  run: ({ shell }) => void process.stdout.write(SCRIPTS[shell]),
})

/** What may stand in the place of the last word: verbs, their own verbs, or flags; nothing where a value stands. */
export function candidates(program: Command, words: readonly string[]): string[] {
  const last = words.at(-1) ?? ''
  let command = program
  for (const word of words.slice(0, -1)) command = command.commands.find(one => one.name() === word) ?? command
  if (last.startsWith('-')) return command.options.flatMap(({ long }) => long ?? [])
  return command
    .createHelp()
    .visibleCommands(command)
    .map(one => one.name())
}
