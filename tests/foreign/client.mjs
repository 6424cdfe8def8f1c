// Sends a file of Opus packets (or of 48 kHz mono samples) by WHIP with one of three foreign libraries:
// node client.mjs LIBRARY URL FILE. The file is packets, each after its length in two bytes (big-endian); for
// wrtc, which encodes by itself, it is raw 16-bit samples.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";

const [library, url, file] = process.argv.slice(2);
const require = createRequire(`${process.env.FOREIGN}/`);
const CLOCK = 960; // RTP ticks of 20 ms

async function post(offer) {
  const headers = { "Content-Type": "application/sdp" };
  const reply = await fetch(`${url}/whip`, { method: "POST", headers, body: offer });
  if (reply.status !== 201) throw new Error(`${reply.status} ${await reply.text()}`);
  return { answer: await reply.text(), resource: new URL(reply.headers.get("location"), url) };
}

function packets() {
  const data = readFileSync(file);
  const found = [];
  for (let at = 0; at < data.length; ) {
    const size = data.readUInt16BE(at);
    found.push(data.subarray(at + 2, at + 2 + size));
    at += 2 + size;
  }
  return found;
}

async function paced(count, send) {
  const began = performance.now();
  for (let n = 0; n < count; n++) {
    const wait = began + n * 20 - performance.now();
    if (wait > 0) await sleep(wait);
    send(n);
  }
  await sleep(200);
}

function until(condition) {
  return new Promise((done, failed) => {
    const began = Date.now();
    const look = setInterval(() => {
      if (condition()) { clearInterval(look); done(); }
      else if (Date.now() - began > 10000) { clearInterval(look); failed(new Error("not connected after 10 s")); }
    }, 20);
  });
}

async function wrtc() {
  const { RTCPeerConnection, nonstandard } = require("@roamhq/wrtc");
  const peer = new RTCPeerConnection();
  const source = new nonstandard.RTCAudioSource();
  peer.addTransceiver(source.createTrack(), { direction: "sendonly" });
  await peer.setLocalDescription(await peer.createOffer());
  await until(() => peer.iceGatheringState === "complete");
  const { answer, resource } = await post(peer.localDescription.sdp);
  await peer.setRemoteDescription({ type: "answer", sdp: answer });
  await until(() => peer.connectionState === "connected");
  const data = readFileSync(file);
  const all = new Int16Array(data.buffer, data.byteOffset, data.length >> 1);
  await paced(Math.floor(all.length / 960), (n) => {
    for (const half of [0, 480]) {
      const samples = all.slice(n * 960 + half, n * 960 + half + 480);
      source.onData({ samples, sampleRate: 48000, bitsPerSample: 16, channelCount: 1, numberOfFrames: 480 });
    }
  });
  await fetch(resource, { method: "DELETE" });
  peer.close();
}

async function werift() {
  const { RTCPeerConnection, MediaStreamTrack, RtpHeader, RtpPacket } = require("werift");
  const peer = new RTCPeerConnection({ iceServers: [] });
  const track = new MediaStreamTrack({ kind: "audio" });
  peer.addTransceiver(track, { direction: "sendonly" });
  await peer.setLocalDescription(await peer.createOffer());
  const { answer, resource } = await post(peer.localDescription.sdp);
  await peer.setRemoteDescription({ type: "answer", sdp: answer });
  await until(() => peer.connectionState === "connected");
  const payloadType = Number(/a=rtpmap:(\d+) opus/i.exec(answer)[1]);
  const opus = packets();
  await paced(opus.length, (n) => {
    const header = new RtpHeader({ payloadType, sequenceNumber: n, timestamp: n * CLOCK, ssrc: 77 });
    track.writeRtp(new RtpPacket(header, opus[n]));
  });
  await fetch(resource, { method: "DELETE" });
  await peer.close();
}

async function datachannel() {
  const { PeerConnection, Audio, cleanup } = require("node-datachannel");
  const peer = new PeerConnection("client", { iceServers: [] });
  const audio = new Audio("0", "SendOnly");
  audio.addOpusCodec(111);
  audio.addSSRC(77, "client", "stream", "track");
  const track = peer.addTrack(audio);
  let gathered = false;
  peer.onGatheringStateChange((state) => { gathered = gathered || state === "complete"; });
  peer.setLocalDescription();
  await until(() => gathered);
  const { answer, resource } = await post(peer.localDescription().sdp);
  peer.setRemoteDescription(answer, "answer");
  await until(() => track.isOpen());
  const opus = packets();
  await paced(opus.length, (n) => {
    const header = Buffer.alloc(12);
    header.writeUInt8(0x80, 0);
    header.writeUInt8(111, 1);
    header.writeUInt16BE(n, 2);
    header.writeUInt32BE(n * CLOCK, 4);
    header.writeUInt32BE(77, 8);
    track.sendMessageBinary(Buffer.concat([header, opus[n]]));
  });
  await fetch(resource, { method: "DELETE" });
  peer.close();
  cleanup();
}

await { wrtc, werift, datachannel }[library]();
process.exit(0);
