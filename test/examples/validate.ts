/** Says all that is wrong with a graph or config, each with its place: node dist/test/examples/validate.js FILE */
import { renderProblem, validate } from 'earshot'

const [file = 'configs/quickstart.yaml'] = process.argv.slice(2)
const problems = await validate(file)
for (const problem of problems) console.log(renderProblem(problem))
console.log(`${file}: ${problems.length} problems`)
