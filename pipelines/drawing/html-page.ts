/** The frame of every page that Earshot writes: one file, UTF-8, as wide as the screen. */
import { STYLE } from './style.js'

/** @param style beside that of all pages @param body HTML behind the heading @param script JavaScript at the end */
export function htmlPage({
  title,
  style = '',
  body,
  script,
}: {
  title: string
  style?: string | undefined
  body: string
  script?: string | undefined
}): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${STYLE}${style}</style>
</head>
<body>
<h1>${escaped(title)}</h1>
${body}
${script ? `<script>${script}</script>\n` : ''}</body>
</html>
`
}

/** Text as HTML, also inside an attribute. */
export const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
