import { expect, test } from 'vitest';
import { dishFilter, formatAddress, parseAddress, type Address } from './address';

const all: Address = {
  hospital: 'riverside-general',
  view: 'dishes',
  day: '2026-11-23',
  meal: 'DINNER',
  search: 'käse & brot',
  diets: ['VEGAN', 'LOW_SALT'],
  without: ['MILK', 'NUTS'],
  traces: true,
  from: 'Af5H-qHw_Bof5',
  dish: 'RAGh_kYCunZ',
};

test('what is written into the address is read out of it', () => {
  expect(parseAddress(formatAddress(all))).toEqual(all);
});

test('an address says only what is not usual, and can be read', () => {
  expect(formatAddress(parseAddress('?hospital=lanternyard'))).toBe('?hospital=lanternyard');
  expect(formatAddress(all)).toBe(
    '?hospital=riverside-general&view=dishes&day=2026-11-23&meal=dinner' +
      '&search=k%C3%A4se+%26+brot&diet=vegan,low_salt&without=milk,nuts&traces=ok' +
      '&from=Af5H-qHw_Bof5&dish=RAGh_kYCunZ',
  );
});

test('a day or a meal that is none is today and the next one', () => {
  const address = parseAddress('?hospital=a&day=monday&meal=toString&view=kitchen');
  expect(address).toMatchObject({ day: undefined, meal: undefined, view: 'menu' });
});

test('an allergen that is not known is never dropped: the API refuses it', () => {
  const address = parseAddress('?without=milk,cheese,milk');
  expect(dishFilter(address)).toEqual({
    diets: [],
    freeFrom: ['MILK', 'CHEESE'],
    allowTraces: false,
  });
  expect(dishFilter(parseAddress('?traces=ok'))).toBeUndefined();
});
