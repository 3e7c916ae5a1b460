import { ApolloClient, ApolloLink, HttpLink, Observable } from '@apollo/client';
import { createCache } from './cache';

declare module '@apollo/client' {
  namespace ApolloClient.DeclareDefaultOptions {
    interface WatchQuery {
      errorPolicy: 'all';
    }
  }
}

/** The device has no network. Nothing was sent. */
export class Offline extends Error {
  override name = 'Offline';
}

const refuseWhenOffline = new ApolloLink((operation, forward) =>
  navigator.onLine
    ? forward(operation)
    : new Observable((observer) => observer.error(new Offline('The device is offline.'))),
);

export const client = new ApolloClient({
  link: ApolloLink.from([refuseWhenOffline, new HttpLink({ uri: '/graphql' })]),
  cache: createCache(),
  defaultOptions: {
    // A part that fails alone (a price, an availability) must not take the menu with it.
    watchQuery: { errorPolicy: 'all' },
  },
});
