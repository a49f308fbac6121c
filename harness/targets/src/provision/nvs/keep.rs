//! New values into an NVS partition that keeps all else.

use esp_nvs::error::{Error as NvsError, ItemType};
use esp_nvs::mem_flash::MemFlash;
use esp_nvs::{Get, Key, Nvs, Set};

use super::pages::{Items, PAGE};
use crate::provision::ProvisionError;

/// The partition that is `before`, with the values of the one that is `fresh`. A value that it has already is not written again; what
/// `fresh` does not name stays as it is, byte for byte: other namespaces, other keys.
///
/// # Errors
/// What is there cannot be read or cannot all be kept, or has no room for the new values beside it.
pub fn nvs_keeping(before: Vec<u8>, fresh: Vec<u8>) -> Result<Vec<u8>, ProvisionError> {
    let old = Items::of(&before);
    if old.broken > 0 && old.whole.is_empty() {
        return Err(impossible("it is encrypted or damaged"));
    }
    let mut new = open(fresh)?;
    let mut kept = open(before)?;
    let unreadable = |e: NvsError| impossible(&e.to_string());
    let entries: Vec<_> = new.typed_entries().collect::<Result<_, _>>().map_err(unreadable)?;
    for (namespace, key, kind) in &entries {
        copy(&mut new, &mut kept, (namespace, key), *kind).map_err(|e| match e {
            NvsError::FlashFull => impossible(&format!("it has no room for a new `{}` beside it", key.as_str())),
            e => impossible(&format!("`{}`: {e}", key.as_str())),
        })?;
    }
    let kept = kept.into_inner().into_inner();
    let now = Items::of(&kept);
    let is_named = |space: u8, key: &[u8; 16]| {
        let space = namespace(&now, space);
        entries.iter().any(|(of, name, _)| space.as_deref() == Some(of.as_str()) && text(key) == name.as_str())
    };
    let lost = old.whole.iter().find(|(name, item)| !is_named(name.0, &name.1) && now.whole.get(*name) != Some(*item));
    match lost {
        None => Ok(kept),
        Some(((_, key, _), _)) => Err(impossible(&format!("`{}` would be lost", text(key)))),
    }
}

fn impossible(problem: &str) -> ProvisionError {
    ProvisionError::Impossible(format!("what is in the NVS partition of the board cannot be kept: {problem}"))
}

fn open(image: Vec<u8>) -> Result<Nvs<MemFlash>, ProvisionError> {
    let size = image.len();
    let has_pages = size > 0 && size.is_multiple_of(PAGE);
    let nvs = has_pages.then(|| Nvs::new(0, size, MemFlash::from_bytes(image)));
    nvs.unwrap_or(Err(NvsError::InvalidPartitionSize)).map_err(|e| impossible(&e.to_string()))
}

/// Copies a value, unless it is there.
fn copy(from: &mut Nvs<MemFlash>, to: &mut Nvs<MemFlash>, name: (&Key, &Key), kind: ItemType) -> Result<(), NvsError> {
    match kind {
        ItemType::U8 => value::<u8>(from, to, name),
        ItemType::I8 => value::<i8>(from, to, name),
        ItemType::U16 => value::<u16>(from, to, name),
        ItemType::I16 => value::<i16>(from, to, name),
        ItemType::U32 => value::<u32>(from, to, name),
        ItemType::I32 => value::<i32>(from, to, name),
        ItemType::U64 => value::<u64>(from, to, name),
        ItemType::I64 => value::<i64>(from, to, name),
        ItemType::Sized => {
            let new: String = from.get(name.0, name.1)?;
            let old: Result<String, _> = to.get(name.0, name.1);
            if old.as_ref() == Ok(&new) { Ok(()) } else { to.set(name.0, name.1, new.as_str()) }
        }
        ItemType::Blob | ItemType::BlobData | ItemType::BlobIndex => {
            let new: Vec<u8> = from.get(name.0, name.1)?;
            let old: Result<Vec<u8>, _> = to.get(name.0, name.1);
            if old.as_ref() == Ok(&new) { Ok(()) } else { to.set(name.0, name.1, new.as_slice()) }
        }
        ItemType::Any => Err(NvsError::ItemTypeMismatch(kind)),
    }
}

fn value<T: PartialEq>(
    from: &mut Nvs<MemFlash>,
    to: &mut Nvs<MemFlash>,
    (namespace, key): (&Key, &Key),
) -> Result<(), NvsError>
where
    Nvs<MemFlash>: Get<T> + Set<T>,
{
    let new: T = from.get(namespace, key)?;
    let old: Result<T, _> = to.get(namespace, key);
    if old.as_ref() == Ok(&new) { Ok(()) } else { to.set(namespace, key, new) }
}

/// The name of a namespace: an item of the namespace 0 has it as its key, and the index as its value.
fn namespace(items: &Items, index: u8) -> Option<String> {
    let is_it = |((space, _, _), item): &(&(u8, [u8; 16], u8), &Vec<u8>)| *space == 0 && item[24] == index;
    items.whole.iter().find(is_it).map(|((_, key, _), _)| text(key).into_owned())
}

/// A key as text.
fn text(key: &[u8; 16]) -> std::borrow::Cow<'_, str> {
    let end = key.iter().position(|byte| *byte == 0).unwrap_or(key.len());
    String::from_utf8_lossy(&key[..end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provision::nvs::NvsCsv;
    use crate::provision::{Identity, Provisioner as _, Untouched, blank_flash};
    use std::path::Path;

    const SIZE: usize = 0x6000;

    fn key(name: &str) -> Key {
        Key::from_str(name)
    }

    /// A partition as another program has left it: strings, numbers, a blob of three pages, and a value that was changed.
    fn foreign() -> Vec<u8> {
        let mut nvs = open(vec![0xFF; SIZE]).expect("erased");
        let blob: Vec<u8> = (0..9000u32).map(|i| (i * 31 % 253) as u8).collect();
        nvs.set(&key("phy"), &key("cal"), blob.as_slice()).expect("room");
        nvs.set(&key("app"), &key("serial"), "SN-0042").expect("room");
        nvs.set(&key("app"), &key("count"), 7u32).expect("room");
        nvs.set(&key("ours"), &key("id"), "old").expect("room");
        nvs.set(&key("ours"), &key("own"), "mine").expect("room");
        nvs.set(&key("ours"), &key("id"), "lamp").expect("room");
        nvs.into_inner().into_inner()
    }

    fn fresh(id: &str) -> Vec<u8> {
        let mut nvs = open(vec![0xFF; SIZE]).expect("erased");
        nvs.set(&key("ours"), &key("id"), id).expect("room");
        nvs.set(&key("ours"), &key("leds"), 5u16).expect("room");
        nvs.into_inner().into_inner()
    }

    #[test]
    fn all_else_stays_as_it_is() {
        let before = foreign();
        let after = nvs_keeping(before.clone(), fresh("lamp-9")).expect("it can be kept");
        let (old, new) = (Items::of(&before), Items::of(&after));
        let changed: Vec<_> = old.whole.iter().filter(|(name, item)| new.whole.get(*name) != Some(*item)).collect();
        assert_eq!(changed.len(), 1, "the identifier alone");
        let mut nvs = open(after).expect("NVS");
        assert_eq!(nvs.get::<String>(&key("ours"), &key("id")).expect("there"), "lamp-9");
        assert_eq!(nvs.get::<String>(&key("ours"), &key("own")).expect("there"), "mine");
        assert_eq!(nvs.get::<u16>(&key("ours"), &key("leds")).expect("there"), 5);
        assert_eq!(nvs.get::<String>(&key("app"), &key("serial")).expect("there"), "SN-0042");
        assert_eq!(nvs.get::<Vec<u8>>(&key("phy"), &key("cal")).expect("there").len(), 9000);
    }

    #[test]
    fn what_is_there_already_is_not_written_again() {
        let before = nvs_keeping(foreign(), fresh("lamp")).expect("it can be kept");
        assert!(nvs_keeping(before.clone(), fresh("lamp")).expect("it can be kept") == before);
    }

    #[test]
    fn a_board_that_is_told_often_keeps_what_it_has() {
        let before = foreign();
        let mut image = before.clone();
        for round in 0..400 {
            image = nvs_keeping(image, fresh(&format!("lamp-{round}"))).expect("pages are cleared when they are full");
        }
        let (old, new) = (Items::of(&before), Items::of(&image));
        assert_eq!(old.whole.iter().filter(|(name, item)| new.whole.get(*name) != Some(*item)).count(), 1);
    }

    #[test]
    fn a_csv_file_keeps_what_it_does_not_name() {
        let text = "key,type,encoding,value\nours,namespace,,\nid,data,string,lamp-9\n";
        let csv = NvsCsv::parse(Path::new("nvs.csv"), text, None).expect("it is right");
        let mut flash = blank_flash(&Untouched).expect("a table");
        flash.resize(0x10000, 0xFF);
        flash[0x9000..0x9000 + SIZE].copy_from_slice(&foreign());
        let identity = Identity { keep: true, ..Identity::default() };
        let told = csv.provision(&identity, &mut crate::provision::FlashBytes(&flash)).expect("it can be kept");
        let mut nvs = open(told.patches[0].bytes.clone()).expect("NVS");
        assert_eq!(nvs.get::<String>(&key("ours"), &key("id")).expect("there"), "lamp-9");
        assert_eq!(nvs.get::<String>(&key("app"), &key("serial")).expect("there"), "SN-0042");
    }

    #[test]
    fn what_cannot_be_kept_is_told_and_not_written() {
        let mut encrypted = foreign();
        for entry in encrypted.chunks_exact_mut(PAGE).flat_map(|page| page[64..].iter_mut()) {
            *entry ^= if *entry == 0xFF { 0 } else { 0x5A };
        }
        let error = nvs_keeping(encrypted, fresh("x")).expect_err("nobody can read it").to_string();
        assert!(error.ends_with("cannot be kept: it is encrypted or damaged"), "{error}");
        let mut full = open(foreign()).expect("NVS");
        let filled = (0..).map(|n| full.set(&key("app"), &key(&format!("k{n}")), [0u8; 500].as_slice()));
        assert_eq!(filled.into_iter().find_map(Result::err), Some(NvsError::FlashFull));
        let error = nvs_keeping(full.into_inner().into_inner(), fresh(&"x".repeat(900))).expect_err("it is full");
        assert!(error.to_string().ends_with("it has no room for a new `id` beside it"), "{error}");
    }
}
