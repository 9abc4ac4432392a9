// What every page can do. Pages work without it, save copying, pictures and updating by themselves.
import htmx from "htmx.org";
import { wireActs } from "./acts";
import { wireDrops } from "./drop";
import { wirePolling } from "./poll";

htmx.config.includeIndicatorStyles = false;
htmx.config.allowEval = false;
htmx.config.historyCacheSize = 0; // no page is kept in the browser's storage

wirePolling();
wireActs();
wireDrops();
