import { defineComponent } from 'vue';
import { useDesk } from '../../shell/desk.js';
import { Charts } from './charts.js';
import { Doors } from './doors.js';
import { Tiles } from './tiles.js';
import { Verdict } from './verdict.js';

/** The first look: is it well, what is wrong, since when, what to do. */
export const Overview = defineComponent({
  name: 'OverviewSection',
  setup() {
    const { live } = useDesk();
    return () => {
      const overview = live.overview.value;
      if (overview === undefined) return null;
      return (
        <div class="overview">
          <Verdict overview={overview} />
          <Tiles overview={overview} />
          <Charts />
          <Doors overview={overview} />
        </div>
      );
    };
  },
});
