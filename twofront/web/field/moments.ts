// Days and moments as the contract writes them, as keys that compare as they follow each other. No clock is read here.

const DAY = /^(\d{4})-(\d{2})-(\d{2})/;
const HOUR = /^(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?/;
const OFFSET = /^(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;
const LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const LONGEST = 100_000_000_000; // seconds; added so that no key has a sign

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

/** The number of a day, counted from 0001-01-01 = 1; null where the text does not begin with a day that exists. */
function dayNumber(text: string): number | null {
  const found = DAY.exec(text);
  if (!found) return null;
  const [year, month, day] = [Number(found[1]), Number(found[2]), Number(found[3])];
  if (year < 1 || month < 1 || month > 12) return null;
  const length = month === 2 && isLeap(year) ? 29 : LENGTHS[month - 1]!;
  if (day < 1 || day > length) return null;
  const past = year - 1;
  let number = past * 365 + Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400);
  for (let m = 1; m < month; m++) number += m === 2 && isLeap(year) ? 29 : LENGTHS[m - 1]!;
  return number + day;
}

/** The key of `YYYY-MM-DD`, or null where the text is no day. */
export const dayKey = (text: string): number | null => (text.length === 10 ? dayNumber(text) : null);

/** Seconds of `+08:00`, `Z` or the like; null where it is none. */
function offsetSeconds(text: string): number | null {
  const found = OFFSET.exec(text);
  if (!found) return null;
  if (!found[1]) return 0;
  const [hours, minutes] = [Number(found[2]), Number(found[3])];
  if (hours > 23 || minutes > 59) return null;
  return (found[1] === "-" ? -60 : 60) * (hours * 60 + minutes);
}

/** The key of a moment, to the microsecond; without an offset it is the zone's; null where the text is no moment. */
export function momentKey(text: string, zone: string): string | null {
  const day = dayNumber(text);
  if (day === null) return null;
  if (text.length === 10) return key(day * 86400, offsetSeconds(zone) ?? 0, "");
  if (!"Tt ".includes(text[10]!)) return null;
  const hour = HOUR.exec(text.slice(11));
  if (!hour) return null;
  const rest = text.slice(11 + hour[0].length);
  const offset = offsetSeconds(rest === "" ? zone : rest);
  const [h, m, s] = [Number(hour[1]), Number(hour[2]), Number(hour[3] ?? 0)];
  const isMidnight = h === 24 && m === 0 && s === 0 && !/[1-9]/.test(hour[4] ?? "");
  if (offset === null || m > 59 || s > 59 || (h > 23 && !isMidnight)) return null;
  return key(day * 86400 + h * 3600 + m * 60 + s, offset, isMidnight ? "" : (hour[4] ?? ""));
}

const key = (local: number, offset: number, part: string): string =>
  String(local - offset + LONGEST).padStart(12, "0") + part.slice(0, 6).padEnd(6, "0");
