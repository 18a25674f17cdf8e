import { createApp } from 'vue';
import { follow } from './live/live.js';
import { App } from './shell/app.js';
import { Desk, DESK } from './shell/desk.js';
import { LANGUAGE } from './words/words.js';

document.documentElement.lang = LANGUAGE;
createApp(App).provide(DESK, new Desk(follow())).mount('#app');
