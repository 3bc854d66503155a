/** XDM/1.0/DDM stands in the subject (IHE ITI-32, e-mail option), wherever and in whatever case. */
export function announcesDocuments(subject: string): boolean {
  return /XDM\/1\.0\/DDM/i.test(subject);
}
