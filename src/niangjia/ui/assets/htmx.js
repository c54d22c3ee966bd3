// Parts of a page that renew themselves. Nothing is evaluated and no style is put in: strict CSP.
import htmx from "htmx.org";

htmx.config.includeIndicatorStyles = false;
htmx.config.allowEval = false;
htmx.config.selfRequestsOnly = true;
htmx.config.historyEnabled = false;
window.htmx = htmx;
