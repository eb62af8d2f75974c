/** The words of a text with one space between two of them; none if it is empty. */
export function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (let from = 0; from < text.length;) {
    const space = text.indexOf(" ", from);
    const end = space < 0 ? text.length : space;
    words.push(text.substring(from, end));
    from = end + 1;
  }
  return words;
}
