/** A path that a rule names, read from where the rule's own file is. Always with slashes, `.` and `..` taken out. */
export function beside(file: string, path: string): string {
  if (path.startsWith('/')) return tidy(path);
  const cut = file.lastIndexOf('/');
  return tidy(cut < 0 ? path : `${file.slice(0, cut)}/${path}`);
}

function tidy(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '.' || (part === '' && parts.length > 0)) continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..' && parts.at(-1) !== '') parts.pop();
    else parts.push(part);
  }
  return parts.join('/');
}
