/**
 * Names of HTML that matter to an injection: elements that run or load something by being there, attributes whose value is
 * an address, a style or a document, and the event handlers browsers know (HTML, SVG, and the old ones of Internet Explorer).
 */

/** Elements that no visitor has a reason to send, whatever their attributes. */
export const ACTIVE_ELEMENTS = `script style svg iframe frameset noscript xss bgsound import handler listener vmlframe isindex xsl
  noembed noframes plaintext portal`;

/** Elements that act only through one of these attributes; bare, they are words in angle brackets (`List<Object>`). */
export const LOADING_ELEMENTS: Readonly<Record<string, string>> = {
  applet: 'code codebase archive object',
  base: 'href target',
  comment: 'title',
  embed: 'src code type pluginspage allowscriptaccess',
  frame: 'src',
  link: 'href rel rev type',
  math: 'href xlink:href xmlns',
  meta: 'http-equiv content charset name property',
  object: 'data classid codebase type',
  xml: 'src id',
};

export const URL_ATTRIBUTES = `action archive background by cite classid codebase code data dynsrc folder formaction from href icon longdesc
  lowsrc manifest pluginurl poster profile src srcset to usemap values xlink:href xml:base ping`;

export const STYLE_ATTRIBUTES = 'style filter';
export const DOCUMENT_ATTRIBUTES = 'srcdoc';
/** Attributes that bind an element to data from elsewhere. */
export const BINDING_ATTRIBUTES = 'datasrc dataformatas';
/** SVG animation: the value is the name of the attribute that will be set. */
export const NAMING_ATTRIBUTES = 'attributename';

export const EVENTS = `abort activate afterprint afterscriptexecute afterupdate animationcancel animationend animationiteration
  animationstart appinstalled auxclick beforeactivate beforecopy beforecut beforedeactivate beforeeditfocus beforeinput
  beforeinstallprompt beforematch beforepaste beforeprint beforescriptexecute beforetoggle beforeunload beforeupdate begin blur bounce
  cached cancel canplay canplaythrough cellchange change checking click close command compassneedscalibration complete
  compositionend compositionstart compositionupdate connect contentvisibilityautostatechange contextlost contextmenu
  contextrestored controlselect copy cuechange cut dataavailable datachannel datasetchanged datasetcomplete dblclick deactivate
  devicelight devicemotion deviceorientation deviceproximity domactivate downloading drag dragdrop dragend dragenter dragexit
  dragleave dragover dragstart drop durationchange emptied encrypted end ended error errorupdate exit filterchange finish focus
  focusin focusout formchange formdata forminput fullscreenchange fullscreenerror gamepadconnected gamepaddisconnected
  gesturechange gestureend gesturestart gotpointercapture hashchange help icecandidate input invalid keydown keypress keyup
  languagechange layoutcomplete load loadeddata loadedmetadata loadend loading loadstart losecapture lostpointercapture
  mediacomplete mediaerror message messageerror mousedown mouseenter mouseleave mousemove mouseout mouseover mouseup mousewheel
  move moveend movestart mozfullscreenchange mozfullscreenerror mozorientationchange mozpointerlockchange
  mozpointerlockerror msgesturechange msgestureend msgesturestart msgesturetap msgotpointercapture mspointerdown
  mspointerup negotiationneeded noupdate obsolete offline online open orientationchange outofsync overflow pagehide pageshow
  pagereveal pageswap paint paste pause play playing pointercancel pointerdown pointerenter pointerleave pointerlockchange
  pointerlockerror pointermove pointerout pointerover pointerrawupdate pointerup popstate popuphidden popuphiding
  popupshowing popupshown progress propertychange ratechange readystatechange ready rejectionhandled repeat reset resize
  resizeend resizestart resume reverse rowdelete rowenter rowexit rowinserted rowsdelete rowsinserted scroll scrollend scrollsnapchange
  scrollsnapchanging search securitypolicyviolation seek seeked seeking select selectionchange selectstart show signalingstatechange
  slotchange sort stalled start statechange stop storage submit success suspend syncrestored text timeerror timeout timeupdate
  toggle touch touchcancel touchend touchmove touchstart trackchange transitioncancel transitionend transitionrun
  transitionstart unhandledrejection underflow unload update updateready upgradeneeded urlflip versionchange
  visibilitychange voiceschanged volumechange waiting waitingforkey webkitanimationend webkitanimationiteration
  webkitanimationstart webkitfullscreenchange webkitfullscreenerror webkitmouseforcechanged webkitmouseforcedown
  webkitmouseforceup webkitmouseforcewillbegin webkitplaybacktargetavailabilitychanged webkitpresentationmodechanged
  webkittransitionend webkitwillrevealbottom wheel zoom`;

/** Schemes whose addresses run or stand for a document of their own. */
export const SCHEMES = 'javascript vbscript livescript mocha view-source jar mhtml ms-its mk res wyciwyg';
