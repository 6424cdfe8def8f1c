// Put into the meeting's page by a click on the toolbar icon; the modules do the rest in their own world.
void import(chrome.runtime.getURL("overlay-host.js")).then((host) => host.attach());
