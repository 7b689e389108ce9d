/** The resolved config as a run keeps it: every value, with the file and line that set it as a comment. */
import { isScalar, Document as YamlDocument } from 'yaml'
import type { Document, Sections } from '../../graphs/language/document.js'

/** A config again: `earshot train --resume` reads it. */
export function runYaml(document: Document<Sections>): string {
  const yaml = new YamlDocument({ ...document.resolved, name: document.name })
  for (const { path, origin } of document.explain()) {
    const node = yaml.getIn(path.split('.'), true)
    if (isScalar(node)) node.comment = ` ${origin}`
  }
  const edits = document.edits.map(edit => `\n   ${edit.replaceAll('\n', ' ')}`).join('')
  yaml.commentBefore = ` The resolved config of ${document.file}; beside each value, what set it.${edits && `\n Edits, in order:${edits}`}`
  return yaml.toString({ lineWidth: 0 })
}
