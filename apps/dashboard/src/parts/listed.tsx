import type { VNodeChild } from 'vue';
import type { Word } from '../words/en.js';
import { describe } from '../shell/desk.js';
import type { Listing } from '../shell/listing.js';
import { t } from '../words/words.js';
import { Mark } from './mark.js';

/** A list as it is: being read, not there on this server, not for everyone, failed, or what it shows. */
export function listed<T>(listing: Listing<T>, show: (data: T) => VNodeChild, off?: Word): VNodeChild {
  const { data, error } = listing;
  const failure = error.value;
  if (failure?.status === 404 && off !== undefined) return <p class="empty">{t(off)}</p>;
  if (failure?.status === 401) return <p class="empty">{t('sign-in.needed')}</p>;
  const told = data.value;
  return (
    <>
      {failure !== undefined && (
        <p class="problem" role="alert">
          <Mark shape="bad" />
          {t('list.failed', { detail: describe(failure) })}
        </p>
      )}
      {told === undefined ? failure === undefined && <p class="empty">{t('list.loading')}</p> : show(told)}
    </>
  );
}
