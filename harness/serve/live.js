// live.js - asks for the page again when the database has changed, and puts the new inside in place
// of the old one: what is typed, ticked, unfolded and scrolled stays.
"use strict";
(() => {
	const live = document.getElementById("live");
	let version = null, loading = false, again = false;

	const keep = (main) => ({
		ticked: new Set([...main.querySelectorAll("input:checked")].map((i) => i.value)),
		typed: [...main.querySelectorAll("input:not([type=checkbox]), select")].map((i) => i.value),
		open: [...main.querySelectorAll("details")].map((d) => d.open),
		scrolled: [...main.querySelectorAll(".wide, pre")].map((w) => w.scrollLeft),
		focus: [...main.querySelectorAll("a, input, select, button, summary, [tabindex]")]
			.indexOf(document.activeElement),
	});

	const restore = (main, kept) => {
		for (const i of main.querySelectorAll("input[type=checkbox]"))
			i.checked = kept.ticked.has(i.value);
		main.querySelectorAll("input:not([type=checkbox]), select").forEach((i, k) => {
			if (kept.typed[k] !== undefined) i.value = kept.typed[k];
		});
		main.querySelectorAll("details").forEach((d, k) => { d.open = !!kept.open[k]; });
		main.querySelectorAll(".wide, pre").forEach((w, k) => { w.scrollLeft = kept.scrolled[k] || 0; });
		const all = main.querySelectorAll("a, input, select, button, summary, [tabindex]");
		if (kept.focus >= 0 && all[kept.focus]) all[kept.focus].focus({ preventScroll: true });
	};

	const refresh = async () => {
		if (loading) { again = true; return; }
		loading = true;
		try {
			const answer = await fetch(location.href, { headers: { "X-Retrial-Fragment": "1" } });
			const page = new DOMParser().parseFromString(await answer.text(), "text/html");
			const old = document.querySelector("main"), fresh = page.querySelector("main");
			if (fresh && fresh.innerHTML !== old.innerHTML) {
				const kept = keep(old);
				old.replaceWith(fresh);
				restore(fresh, kept);
			}
		} catch (error) {
			live.textContent = "the server does not answer";
		}
		loading = false;
		if (again) { again = false; refresh(); }
	};

	const source = new EventSource("/events");
	source.addEventListener("version", (event) => {
		live.textContent = "live";
		if (version !== null && event.data !== version) refresh();
		version = event.data;
	});
	source.addEventListener("error", () => {
		// The server ends every answer after one event; only a failed new one is news.
		if (source.readyState === EventSource.CLOSED) live.textContent = "not live any more";
	});
})();
