import { SCHEMA_FILE } from './schema/lab-schema.ts';

/**
 * Returns the files of a new, valid lab by path. Its step fails at first and passes with its solution. It uses
 * the parts of the format that most labs need.
 */
export function newLab(slug: string): ReadonlyMap<string, string> {
  const title = slug.charAt(0).toUpperCase() + slug.slice(1).replaceAll('-', ' ');
  return new Map([
    ['lab.yaml', labYaml(title)],
    ['intro.md', INTRODUCTION.replace('TITLE', title)],
    ['steps/01.md', INSTRUCTIONS],
    ['checks/01.sh', CHECK],
    ['solutions/01.sh', SOLUTION],
    ['wrong/01-empty.sh', WRONG],
  ]);
}

const labYaml = (title: string) => `# yaml-language-server: $schema=../${SCHEMA_FILE}
title: ${title}
summary: One or two sentences for the catalogue.
minutes: 10

machines:
  - name: main
    image: berth/lab-linux
    # Nothing in this lab needs root.
    profile: restricted
    user: learner

introduction: intro.md

steps:
  - id: leave-a-note
    title: Leave a note
    instructions: steps/01.md
    check: { script: checks/01.sh }
    hints:
      - "\`>\` writes a command's output into a file."
      - { text: "The whole command: \`echo Hello > ~/note.txt\`", after: 2, cost: 50% }
    # For tests: a script that solves the step, and a state that must not pass.
    solution: solutions/01.sh
    wrong: wrong/01-empty.sh
`;

const INTRODUCTION = `# TITLE

Describe the topic of this lab, and what learners can do after it.
`;

const INSTRUCTIONS = `# Leave a note

Explain the task and its purpose. A click runs this in the terminal:

\`\`\`sh exec
ls -la ~
\`\`\`

## Your task

Create a file \`note.txt\` in your home folder that contains at least one line.
`;

const CHECK = `#!/bin/bash
# The learner sees the last line of the output.
note=/home/learner/note.txt

if [ ! -f "$note" ]; then
  echo 'Your home folder has no note.txt yet.'
  exit 1
fi
if [ ! -s "$note" ]; then
  echo 'Your note.txt is empty. Write a line into it.'
  exit 1
fi
echo 'Your note is there.'
`;

const SOLUTION = `echo 'I was here.' > ~/note.txt
`;

const WRONG = `# An empty file.
touch ~/note.txt
`;
