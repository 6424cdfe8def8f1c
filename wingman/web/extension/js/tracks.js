// Getting at sound: the meeting's tab and the microphone, with everything that can go wrong in words.

/** Browsers clean up speech for people; recognisers and tone meters want it as it is. */
const UNTOUCHED = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
const PICKER_LIMIT = 120_000;

/** The picture that comes with a tab's sound: kept, and black, until faces are measured (see `faces.js`). */
const pictures = new WeakMap();

/** The picture of the tab whose sound this is, where it can be had; nobody has seen it yet. */
export function pictureOf(sound) {
  const picture = sound && pictures.get(sound);
  return picture?.readyState === "live" ? picture : null;
}

/** Let go of a track and of the picture that came with it. */
export function release(track) {
  pictures.get(track)?.stop();
  track.stop();
}

export class TrackError extends Error {}

const TAB_ERRORS = {
  NotAllowedError:
    "You closed the dialog or this browser is not allowed to share. Press the button again and pick the meeting’s tab.",
  NotFoundError: "There is nothing to share here.",
  NotReadableError:
    "The tab could not be captured. Close other programs that capture the screen and try again.",
  NotSupportedError:
    "This browser cannot share a tab’s sound. Use Chrome or Edge on a computer, or the microphone alone.",
};

const MIC_ERRORS = {
  NotAllowedError:
    "The microphone is blocked for this page. Allow it at the left end of the address bar, or go on without it.",
  NotFoundError: "No microphone was found. Plug one in, or go on without it.",
  NotReadableError: "Another program holds the microphone. Close it there, or go on without it.",
};

const NO_AUDIO = {
  browser:
    "The tab was shared without its sound. Press the button again and tick “Also share tab audio” in the dialog.",
  window:
    "You shared a window, and windows have no sound to share. Press the button again and pick the tab the meeting runs in.",
  monitor: "You shared the whole screen. Press the button again and pick the tab the meeting runs in.",
};

/**
 * @param {MediaDevices} media
 * @param {"exclude" | "include"} own whether this very tab may be picked
 * @returns {Promise<MediaStreamTrack>} the sound of the tab the user picks; throws `TrackError`
 */
export async function shareTab(media = navigator.mediaDevices, own = "exclude") {
  if (!media?.getDisplayMedia) throw new TrackError(TAB_ERRORS.NotSupportedError);
  const stream = await limited(
    media.getDisplayMedia(/** @type {DisplayMediaStreamOptions} */ ({
      // A picture is mandatory in this API: a small and slow one, switched off at once.
      video: { frameRate: 1, width: { max: 640 }, height: { max: 640 } },
      audio: { ...UNTOUCHED, suppressLocalAudioPlayback: false },
      selfBrowserSurface: own,
      surfaceSwitching: "include",
      systemAudio: "exclude",
    })),
  ).catch((failed) => {
    throw new TrackError(TAB_ERRORS[failed.name] || failed.message);
  });
  const [sound] = stream.getAudioTracks();
  const [picture] = stream.getVideoTracks();
  const surface = picture?.getSettings().displaySurface;
  if (picture) picture.enabled = false;
  if (!sound) {
    picture?.stop();
    throw new TrackError(NO_AUDIO[surface] || NO_AUDIO.browser);
  }
  if (picture) pictures.set(sound, picture);
  sound.contentHint = "speech";
  return sound;
}

/** @returns {Promise<MediaStreamTrack>} the user's microphone; throws `TrackError` */
export async function openMicrophone(media = navigator.mediaDevices) {
  if (!media?.getUserMedia)
    throw new TrackError("This page may not use the microphone: open it on localhost or over https.");
  try {
    const stream = await media.getUserMedia({ audio: { ...UNTOUCHED } });
    const [sound] = stream.getAudioTracks();
    sound.contentHint = "speech";
    return sound;
  } catch (failed) {
    const { name, message } = /** @type {Error} */ (failed);
    throw new TrackError(MIC_ERRORS[name] || message);
  }
}

function limited(promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(
      () => reject(new TrackError("Nothing was picked in the dialog. Press the button again.")),
      PICKER_LIMIT,
    );
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
