const ESC = '\x1b';
const CSI = `${ESC}[`;

/** Random text and sequences for a terminal of that size. `plain` omits saved cursors, links, and combining marks. */
export function randomOutput(
  random: () => number,
  { rows, cols, pieces, plain = false }: { rows: number; cols: number; pieces: number; plain?: boolean },
): string {
  const upTo = (most: number) => Math.floor(random() * (most + 1));
  const oneOf = <T>(choices: readonly T[]): T => choices[upTo(choices.length - 1)] as T;
  const letters = ['a', 'Z', '~', ' ', 'é', '한', '글', '漢', '😀', '─', '가나다라'];
  if (!plain) letters.push('e\u0301');
  const colour = (codes: { basic: number; other: number }) =>
    oneOf([
      () => String(codes.basic + upTo(7)),
      () => String(codes.basic + 60 + upTo(7)),
      () => `${codes.other};5;${upTo(255)}`,
      () => `${codes.other};2;${upTo(255)};${upTo(255)};${upTo(255)}`,
    ])();
  const sgr = () =>
    oneOf([
      () => '',
      () => String(oneOf([0, 1, 2, 3, 4, 5, 7, 8, 9, 21, 53])),
      () => String(oneOf([22, 23, 24, 25, 27, 28, 29, 39, 49, 55, 59])),
      () => `4:${upTo(5)}`,
      () => colour({ basic: 30, other: 38 }),
      () => colour({ basic: 40, other: 48 }),
      () => `58;5;${upTo(255)}`,
    ])();
  const switched = () =>
    oneOf([
      () =>
        `${CSI}?${oneOf([1, 6, 7, 9, 25, 45, 66, 1000, 1002, 1003, 1004, 1006, 2004])}${oneOf(['h', 'l'])}`,
      () => `${CSI}${oneOf([4, 20])}${oneOf(['h', 'l', 'l'])}`,
      () => `${CSI}?${oneOf(plain ? [47, 1047] : [47, 1047, 1048, 1049])}${oneOf(['h', 'l'])}`,
      () => `${CSI}${1 + upTo(rows)};${1 + upTo(rows)}r`,
      () => `${CSI}r`,
    ])();
  const kinds = [
    () => Array.from({ length: 1 + upTo(cols) }, () => oneOf(letters)).join(''),
    () => oneOf(letters),
    () => oneOf(letters).repeat(cols),
    () => oneOf(['\r\n', '\r\n', '\n', '\r', '\b', '\t', `${ESC}M`, `${ESC}D`, `${ESC}E`]),
    () => `${CSI}${sgr()}m`,
    () => `${CSI}${sgr()};${sgr()}m`,
    () => `${CSI}${1 + upTo(rows)};${1 + upTo(cols)}H`,
    () => `${CSI}${upTo(5)}${oneOf(['A', 'B', 'C', 'D', 'G', 'd'])}`,
    () => oneOf([`${CSI}${upTo(3)}K`, `${CSI}${oneOf([0, 2])}J`, `\r${CSI}1J`]),
    () => `${CSI}${upTo(5)}${oneOf(['@', 'P', 'X', 'L', 'M', 'S', 'T', 'b', 'I', 'Z'])}`,
    () => oneOf([`${ESC}H`, `${CSI}g`, `${CSI}!p`]),
    () => oneOf([`${ESC}(0`, `${ESC}(B`, `${ESC})0`, '\x0e', '\x0f', `${CSI}${upTo(6)} q`]),
    () => `${ESC}]${oneOf([0, 2])};${oneOf(['vim', '제목', ''])}${oneOf(['\x07', `${ESC}\\`])}`,
    switched,
  ];
  const lasting = [
    () => oneOf([`${ESC}7`, `${ESC}8`, `${CSI}s`, `${CSI}u`]),
    () => `${ESC}]8;${oneOf(['', 'id=a'])};${oneOf(['', 'https://a.example/b?c=d;e'])}${ESC}\\`,
  ];
  if (!plain) kinds.push(...lasting);
  return Array.from({ length: pieces }, () => oneOf(kinds)()).join('');
}
