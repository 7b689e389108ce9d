import type { Adapter } from '../../data/adapters.js'

const EXAMPLE = `Write a data set file, and give it wherever data are asked for:
  # esc50.yaml
  adapter: esc-50
  folder: \${env:ESC50,../ESC-50-master}

  ./earshot embed runs/quickstart esc50.yaml -o esc50.arrow
  ./earshot probe esc50.arrow --protocol esc-50`

/** Each adapter with its source, the columns for a probe, and what must be in its folder. */
export function adaptersText(adapters: readonly Omit<Adapter, 'read'>[]): string {
  const blocks = adapters.map(
    ({ name, summary, source, layout, protocol: { label, group, split, separator, metric } }) =>
      [
        `${name}: ${summary}`,
        `  ${source}`,
        `  --label ${label}${group ? ` --group ${group}` : ''}${split ? ` --split ${split}` : ''}${separator ? ` --labels-separator '${separator}'` : ''}; ${metric}`,
        `  in its folder: ${layout.join(', ')}`,
      ].join('\n'),
  )
  return [...blocks, EXAMPLE].join('\n\n')
}
