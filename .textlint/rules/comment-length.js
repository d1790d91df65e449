/** Longest line of a comment, in characters: longer lines do not fit beside another file on a screen. */
const LONGEST = 125;

const COMMENT = /^\s*(?:\/\/|\/?\*|#)/;

/** A rule for sources: reports lines of comments that are longer than LONGEST. The formatter wraps only code. */
export default function commentLength({ Syntax, RuleError, report, getSource, locator }) {
  return {
    [Syntax.Document](node) {
      let start = 0;
      for (const line of getSource(node).split('\n')) {
        if (line.length > LONGEST && COMMENT.test(line)) {
          const message = `A comment line has at most ${LONGEST} characters. This one has ${line.length}.`;
          const padding = locator.range([start + LONGEST, start + line.length]);
          report(node, new RuleError(message, { padding }));
        }
        start += line.length + 1;
      }
    },
  };
}
