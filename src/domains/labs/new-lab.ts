import { SCHEMA_FILE } from './schema/json-schema.ts';

/**
 * The files of a lab to begin with, by path: valid, with a step that fails at first and passes with its
 * solution, and every part of the format that most labs want.
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
    # Nothing here needs the rights of an administrator.
    profile: restricted
    user: learner

introduction: intro.md

steps:
  - id: leave-a-note
    title: Leave a note
    instructions: steps/01.md
    check: { script: checks/01.sh }
    hints:
      - "\`>\` sends what a command prints into a file."
      - { text: "The whole command: \`echo Hello > ~/note.txt\`", after: 2, cost: 50% }
    # For tests: what does as the step asks, and what must not pass.
    solution: solutions/01.sh
    wrong: wrong/01-empty.sh
`;

const INTRODUCTION = `# TITLE

What this lab is about, and what you can do after it.
`;

const INSTRUCTIONS = `# Leave a note

Say what is to be done, and why. A click runs this in the terminal:

\`\`\`sh exec
ls -la ~
\`\`\`

## Your task

Make a file \`note.txt\` in your home, with a line of your own in it.
`;

const CHECK = `#!/bin/bash
# The last line is what the learner reads.
note=/home/learner/note.txt

if [ ! -f "$note" ]; then
  echo 'There is no note.txt in your home yet.'
  exit 1
fi
if [ ! -s "$note" ]; then
  echo 'Your note.txt is empty: write a line into it.'
  exit 1
fi
echo 'There it is.'
`;

const SOLUTION = `echo 'I was here.' > ~/note.txt
`;

const WRONG = `# A file without anything in it.
touch ~/note.txt
`;
