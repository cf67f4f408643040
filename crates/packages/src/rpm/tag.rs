//! Numbers of tags (`include/rpm/rpmtag.h` of rpm), and which ones belong together.

use crate::{DependencyKind, ScriptKind, TriggerKind};

pub(super) const HEADERSIGNATURES: u32 = 62;
pub(super) const HEADERIMMUTABLE: u32 = 63;
pub(super) const NAME: u32 = 1000;
pub(super) const VERSION: u32 = 1001;
pub(super) const RELEASE: u32 = 1002;
pub(super) const EPOCH: u32 = 1003;
pub(super) const BUILDTIME: u32 = 1006;
pub(super) const SIZE: u32 = 1009;
pub(super) const ARCH: u32 = 1022;
pub(super) const OLDFILENAMES: u32 = 1027;
pub(super) const FILESIZES: u32 = 1028;
pub(super) const FILEMODES: u32 = 1030;
pub(super) const FILERDEVS: u32 = 1033;
pub(super) const FILEMTIMES: u32 = 1034;
pub(super) const FILEDIGESTS: u32 = 1035;
pub(super) const FILELINKTOS: u32 = 1036;
pub(super) const FILEFLAGS: u32 = 1037;
pub(super) const FILEUSERNAME: u32 = 1039;
pub(super) const FILEGROUPNAME: u32 = 1040;
pub(super) const SOURCERPM: u32 = 1044;
pub(super) const FILEVERIFYFLAGS: u32 = 1045;
pub(super) const CHANGELOGTIME: u32 = 1080;
pub(super) const CHANGELOGNAME: u32 = 1081;
pub(super) const CHANGELOGTEXT: u32 = 1082;
pub(super) const FILEDEVICES: u32 = 1095;
pub(super) const FILEINODES: u32 = 1096;
pub(super) const FILELANGS: u32 = 1097;
pub(super) const DIRINDEXES: u32 = 1116;
pub(super) const BASENAMES: u32 = 1117;
pub(super) const DIRNAMES: u32 = 1118;
pub(super) const PAYLOADFORMAT: u32 = 1124;
pub(super) const PAYLOADCOMPRESSOR: u32 = 1125;
pub(super) const PAYLOADFLAGS: u32 = 1126;
pub(super) const FILECOLORS: u32 = 1140;
pub(super) const FILECLASS: u32 = 1141;
pub(super) const CLASSDICT: u32 = 1142;
pub(super) const FILEDEPENDSX: u32 = 1143;
pub(super) const FILEDEPENDSN: u32 = 1144;
pub(super) const DEPENDSDICT: u32 = 1145;
pub(super) const LONGFILESIZES: u32 = 5008;
pub(super) const LONGSIZE: u32 = 5009;
pub(super) const FILECAPS: u32 = 5010;
pub(super) const FILEDIGESTALGO: u32 = 5011;
pub(super) const PAYLOADSHA256: u32 = 5092;
pub(super) const PAYLOADSHA256ALGO: u32 = 5093;
pub(super) const PAYLOADSHA256ALT: u32 = 5097;

/// In the header of signatures.
pub(super) const SIGNATURE_SHA1: u32 = 269;
pub(super) const SIGNATURE_LONGSIZE: u32 = 270;
pub(super) const SIGNATURE_LONGPAYLOADSIZE: u32 = 271;
pub(super) const SIGNATURE_SHA256: u32 = 273;
pub(super) const SIGNATURE_SIZE: u32 = 1000;
pub(super) const SIGNATURE_MD5: u32 = 1004;
pub(super) const SIGNATURE_PAYLOADSIZE: u32 = 1007;

/// Changes, which a derived package has of its original beside the fields.
pub(super) const OF_CHANGES: [u32; 3] = [CHANGELOGTIME, CHANGELOGNAME, CHANGELOGTEXT];

/// What is told with the files.
const OF_FILES: [u32; 25] = [
    OLDFILENAMES,
    FILESIZES,
    FILEMODES,
    FILERDEVS,
    FILEMTIMES,
    FILEDIGESTS,
    FILELINKTOS,
    FILEFLAGS,
    FILEUSERNAME,
    FILEGROUPNAME,
    FILEVERIFYFLAGS,
    FILEDEVICES,
    FILEINODES,
    FILELANGS,
    DIRINDEXES,
    BASENAMES,
    DIRNAMES,
    FILECOLORS,
    FILECLASS,
    CLASSDICT,
    FILEDEPENDSX,
    FILEDEPENDSN,
    DEPENDSDICT,
    LONGFILESIZES,
    FILECAPS,
];

/// What is told in no way: what frames a header; digests, signatures and sizes of its parts (those below 1000 are of signatures,
/// `ARCHIVESIZE`, `FILESIGNATURES`, `PAYLOAD…`, `PACKAGEDIGESTS`), which follow from what is told; and what names the very build of the
/// sources (`SOURCEPKGID`, `SPEC` as it was expanded, `SOURCENEVR`). All are others in each build of the same.
const OF_BUILDS: [std::ops::RangeInclusive<u32>; 9] = [
    61..=64,
    256..=999,
    1046..=1046,
    1146..=1146,
    5090..=5093,
    5097..=5097,
    5099..=5099,
    5112..=5113,
    5118..=5124,
];

/// Whether nothing else tells of a tag, and something should.
pub(super) fn is_unlisted(tag: u32) -> bool {
    let is_field = || FIELDS.iter().any(|(_, own)| *own == tag);
    let of_dependencies = |of: &DependencyTags| [of.name, of.flags, of.version].contains(&tag);
    let of_scripts = |of: &ScriptTags| [of.body, of.interpreter, of.flags].contains(&tag);
    let of_triggers = |of: &TriggerTags| {
        let scripts =
            [of.scripts, of.interpreters, of.script_flags, of.names, of.places, of.versions, of.flags];
        scripts.contains(&tag) || of.priorities == Some(tag)
    };
    !(is_field()
        || OF_FILES.contains(&tag)
        || OF_CHANGES.contains(&tag)
        || OF_BUILDS.iter().any(|tags| tags.contains(&tag))
        || DEPENDENCIES.iter().any(of_dependencies)
        || SCRIPTS.iter().any(of_scripts)
        || TRIGGERS.iter().any(of_triggers))
}

/// What is told of a package as a whole, by rpm's own names for it.
pub(super) const FIELDS: [(&str, u32); 44] = [
    ("name", NAME),
    ("version", VERSION),
    ("release", RELEASE),
    ("epoch", EPOCH),
    ("summary", 1004),
    ("description", 1005),
    ("buildtime", BUILDTIME),
    ("buildhost", 1007),
    ("size", SIZE),
    ("distribution", 1010),
    ("vendor", 1011),
    ("license", 1014),
    ("packager", 1015),
    ("group", 1016),
    ("source", 1018),
    ("patch", 1019),
    ("url", 1020),
    ("os", 1021),
    ("arch", ARCH),
    ("sourcerpm", SOURCERPM),
    ("nosource", 1051),
    ("nopatch", 1052),
    ("excludearch", 1059),
    ("excludeos", 1060),
    ("exclusivearch", 1061),
    ("exclusiveos", 1062),
    ("rpmversion", 1064),
    ("buildarchs", 1089),
    ("cookie", 1094),
    ("prefixes", 1098),
    ("optflags", 1122),
    ("disturl", 1123),
    ("payloadformat", PAYLOADFORMAT),
    ("payloadcompressor", PAYLOADCOMPRESSOR),
    ("payloadflags", PAYLOADFLAGS),
    ("platform", 1132),
    ("disttag", 1155),
    ("longsize", LONGSIZE),
    ("filedigestalgo", FILEDIGESTALGO),
    ("bugurl", 5012),
    ("vcs", 5034),
    ("modularitylabel", 5096),
    ("headeri18ntable", 100),
    ("encoding", 5062),
];

/// Tags of one kind of dependency.
pub(super) struct DependencyTags {
    pub(super) kind: DependencyKind,
    pub(super) name: u32,
    pub(super) flags: u32,
    pub(super) version: u32,
    /// The letter by which files name this kind.
    pub(super) letter: u8,
}

/// In the order in which dependencies are listed.
pub(super) const DEPENDENCIES: [DependencyTags; 9] = [
    dependencies(DependencyKind::Provides, [1047, 1112, 1113], b'P'),
    dependencies(DependencyKind::Requires, [1049, 1048, 1050], b'R'),
    dependencies(DependencyKind::Conflicts, [1054, 1053, 1055], b'C'),
    dependencies(DependencyKind::Obsoletes, [1090, 1114, 1115], b'O'),
    dependencies(DependencyKind::Recommends, [5046, 5048, 5047], b'r'),
    dependencies(DependencyKind::Suggests, [5049, 5051, 5050], b's'),
    dependencies(DependencyKind::Supplements, [5052, 5054, 5053], b'S'),
    dependencies(DependencyKind::Enhances, [5055, 5057, 5056], b'e'),
    dependencies(DependencyKind::Order, [5035, 5037, 5036], b'o'),
];

const fn dependencies(kind: DependencyKind, [name, flags, version]: [u32; 3], letter: u8) -> DependencyTags {
    DependencyTags { kind, name, flags, version, letter }
}

/// Tags of one kind of script.
pub(super) struct ScriptTags {
    pub(super) kind: ScriptKind,
    pub(super) body: u32,
    pub(super) interpreter: u32,
    pub(super) flags: u32,
}

pub(super) const SCRIPTS: [ScriptTags; 9] = [
    script(ScriptKind::PreIn, [1023, 1085, 5020]),
    script(ScriptKind::PostIn, [1024, 1086, 5021]),
    script(ScriptKind::PreUn, [1025, 1087, 5022]),
    script(ScriptKind::PostUn, [1026, 1088, 5023]),
    script(ScriptKind::PreTrans, [1151, 1153, 5024]),
    script(ScriptKind::PostTrans, [1152, 1154, 5025]),
    script(ScriptKind::PreUnTrans, [5103, 5105, 5107]),
    script(ScriptKind::PostUnTrans, [5104, 5106, 5108]),
    script(ScriptKind::Verify, [1079, 1091, 5026]),
];

const fn script(kind: ScriptKind, [body, interpreter, flags]: [u32; 3]) -> ScriptTags {
    ScriptTags { kind, body, interpreter, flags }
}

/// Tags of one kind of trigger.
pub(super) struct TriggerTags {
    pub(super) kind: TriggerKind,
    pub(super) scripts: u32,
    pub(super) interpreters: u32,
    pub(super) script_flags: u32,
    pub(super) names: u32,
    /// For each name: the place of its script.
    pub(super) places: u32,
    pub(super) versions: u32,
    pub(super) flags: u32,
    pub(super) priorities: Option<u32>,
}

pub(super) const TRIGGERS: [TriggerTags; 3] = [
    trigger(TriggerKind::Package, [1065, 1092, 5027, 1066, 1069, 1067, 1068], None),
    trigger(TriggerKind::File, [5066, 5067, 5068, 5069, 5070, 5071, 5072], Some(5084)),
    trigger(TriggerKind::TransactionFile, [5076, 5077, 5078, 5079, 5080, 5081, 5082], Some(5085)),
];

const fn trigger(
    kind: TriggerKind,
    [scripts, interpreters, script_flags, names, places, versions, flags]: [u32; 7],
    priorities: Option<u32>,
) -> TriggerTags {
    TriggerTags { kind, scripts, interpreters, script_flags, names, places, versions, flags, priorities }
}
