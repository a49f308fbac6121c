//! The provisioner `nvs`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use esp_nvs::Nvs;
use esp_nvs::mem_flash::MemFlash;
use hil_scenario::{Secret, is_secret_name};

use super::super::fill::{check, fill, keys};
use super::csv;
use super::entry::{Entry, Unwritten, Value, entries, write};
use super::nvs_keeping;
use super::pages::PAGE;
use crate::provision::{Flash, Identity, Patch, ProvisionError, Provisioned, Provisioner, find_partition};

/// `nvs`: an NVS partition from a CSV file of ESP-IDF's generator, in which `${...}` is filled in. The partition becomes what the
/// file says (with [`keep`](Identity::keep), only the keys that it names do), and nothing else of the flash changes.
#[derive(Debug, Clone)]
pub struct NvsCsv {
    path: PathBuf,
    entries: Vec<Entry>,
    /// The label of the partition; `None`: `nvs`, or the first one for NVS.
    label: Option<String>,
    keys: BTreeSet<String>,
}

impl NvsCsv {
    /// From a file. What its rows of the type `file` name is relative to its folder, and is read when a device is provisioned.
    ///
    /// # Errors
    /// It cannot be read, or a row is wrong.
    pub fn read(path: &Path, label: Option<String>) -> Result<Self, ProvisionError> {
        let wrong = |line, problem| ProvisionError::File { path: path.to_owned(), line, problem };
        let text = std::fs::read_to_string(path).map_err(|e| wrong(None, e.to_string()))?;
        Self::parse(path, &text, label)
    }

    /// From a text; `path` is what errors call it.
    ///
    /// # Errors
    /// A row is wrong.
    pub fn parse(path: &Path, text: &str, label: Option<String>) -> Result<Self, ProvisionError> {
        let wrong = |(line, problem)| ProvisionError::File { path: path.to_owned(), line: Some(line), problem };
        let folder = path.parent().unwrap_or(Path::new(""));
        let entries = csv::rows(text).and_then(|rows| entries(rows, folder)).map_err(wrong)?;
        let mut passed_on = BTreeSet::new();
        for entry in &entries {
            let Value::Text(text) = &entry.value else { continue };
            check(text).map_err(|problem| wrong((entry.line, problem)))?;
            passed_on.extend(keys(text).map(str::to_owned));
        }
        Ok(Self { path: path.to_owned(), entries, label, keys: passed_on })
    }

    /// The partition of `size` bytes.
    fn image(&self, identity: &Identity, size: usize, place: &str) -> Result<Vec<u8>, ProvisionError> {
        let wrong = |entry: &Entry, problem| ProvisionError::File {
            path: self.path.clone(),
            line: Some(entry.line),
            problem: format!("`{}`: {problem}", entry.key),
        };
        let nvs = Nvs::new(0, size, MemFlash::new(size / PAGE));
        let mut nvs = nvs.map_err(|e| ProvisionError::Impossible(format!("the partition `{place}`: {e}")))?;
        for entry in &self.entries {
            let value = match &entry.value {
                Value::Text(text) => fill(text, identity, &self.path.display().to_string())?.into_bytes(),
                Value::File(path) => {
                    std::fs::read(path).map_err(|e| wrong(entry, format!("{}: {e}", path.display())))?
                }
            };
            write(&mut nvs, entry, &value).map_err(|unwritten| match unwritten {
                Unwritten::Value(problem) => wrong(entry, problem),
                Unwritten::Full => wrong(entry, format!("the partition `{place}` of {size} bytes has no room for it")),
            })?;
        }
        Ok(nvs.into_inner().into_inner())
    }
}

impl Provisioner for NvsCsv {
    fn name(&self) -> &str {
        "nvs"
    }

    fn keys(&self) -> Vec<&str> {
        self.keys.iter().map(String::as_str).collect()
    }

    fn provision(&self, identity: &Identity, flash: &mut dyn Flash) -> Result<Provisioned, ProvisionError> {
        let partition = find_partition(flash, self.label.as_deref())?;
        let fresh = self.image(identity, partition.size as usize, &partition.label)?;
        let bytes = if identity.keep { nvs_keeping(flash.read(partition.range())?, fresh)? } else { fresh };
        let patch = Patch { name: format!("partition `{}`", partition.label), offset: partition.offset, bytes };
        let summary = vec![format!("{}    {} entries of {}", partition.label, self.entries.len(), self.path.display())];
        Ok(Provisioned { patches: vec![patch], summary, ..Provisioned::default() })
    }

    fn secrets(&self) -> Vec<Secret> {
        // Passwords that stand in placeholders are the identity's.
        let secret = |entry: &Entry| match &entry.value {
            Value::Text(text) if is_secret_name(&entry.key) && !text.contains("${") => Some(Secret::new(text)),
            Value::Text(_) | Value::File(_) => None,
        };
        self.entries.iter().filter_map(secret).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provision::{BrokerAddress, FlashBytes, Untouched, blank_flash};
    use esp_nvs::Key;
    use esp_nvs::error::ItemType;

    const CSV: &str = "key,type,encoding,value\nnet,namespace,,\nhost,data,string,${broker.host}\nport,data,u16,${broker.port}\n\
        id,data,string,\"${client-id}, it\"\ncal,namespace,,\na,data,i8,-128\nb,data,u64,0xFFFFFFFFFFFFFFFF\nc,data,i64,-9\n\
        d,data,hex2bin,00ff10\ne,data,base64,AQIDBA==\nf,data,binary,raw\n";

    fn of(text: &str) -> Result<NvsCsv, ProvisionError> {
        NvsCsv::parse(Path::new("nvs.csv"), text, None)
    }

    fn identity() -> Identity {
        Identity { broker: Some(BrokerAddress::simulated()), client_id: Some("c1".to_owned()), ..Identity::default() }
    }

    #[test]
    fn every_encoding_is_read_back() {
        let flash = blank_flash(&Untouched).expect("a table");
        let csv = of(CSV).expect("it is right");
        assert_eq!(csv.keys(), ["client-id"]);
        let told = csv.provision(&identity(), &mut FlashBytes(&flash)).expect("it can be");
        let [patch] = &told.patches[..] else { panic!("{told:?}") };
        assert_eq!((patch.offset, patch.bytes.len()), (0x9000, 0x6000));
        let mut nvs = Nvs::new(0, 0x6000, MemFlash::from_bytes(patch.bytes.clone())).expect("NVS");
        let (net, cal) = (Key::from_str("net"), Key::from_str("cal"));
        assert_eq!(nvs.get::<String>(&net, &Key::from_str("host")).expect("host"), "broker.hil");
        assert_eq!(nvs.get::<u16>(&net, &Key::from_str("port")).expect("port"), 1883);
        assert_eq!(nvs.get::<String>(&net, &Key::from_str("id")).expect("id"), "c1, it");
        assert_eq!(nvs.get::<i8>(&cal, &Key::from_str("a")).expect("a"), -128);
        assert_eq!(nvs.get::<u64>(&cal, &Key::from_str("b")).expect("b"), u64::MAX);
        assert_eq!(nvs.get::<i64>(&cal, &Key::from_str("c")).expect("c"), -9);
        assert_eq!(nvs.get::<Vec<u8>>(&cal, &Key::from_str("d")).expect("d"), [0, 0xFF, 0x10]);
        assert_eq!(nvs.get::<Vec<u8>>(&cal, &Key::from_str("e")).expect("e"), [1, 2, 3, 4]);
        assert_eq!(nvs.get::<Vec<u8>>(&cal, &Key::from_str("f")).expect("f"), b"raw");
    }

    #[test]
    fn values_whose_keys_say_so_are_secrets() {
        let csv =
            of("key,type,encoding,value\nnet,namespace,,\nwifi_pass,data,string,correct horse\nssid,data,string,lab\n\
            mqtt_pwd,data,string,${password}\n");
        assert_eq!(csv.expect("it is right").secrets(), [Secret::new("correct horse")]);
    }

    #[test]
    fn a_blob_of_several_pages_is_read_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let blob: Vec<u8> = (0..9000u32).map(|i| (i * 7 % 251) as u8).collect();
        std::fs::write(folder.path().join("blob.bin"), &blob).expect("written");
        let text = "key,type,encoding,value\nn,namespace,,\nblob,file,binary,blob.bin\n";
        let csv = NvsCsv::parse(&folder.path().join("nvs.csv"), text, None).expect("it is right");
        let image = csv.image(&identity(), 0x6000, "nvs").expect("it fits");
        let mut nvs = Nvs::new(0, 0x6000, MemFlash::from_bytes(image)).expect("NVS");
        assert_eq!(nvs.get::<Vec<u8>>(&Key::from_str("n"), &Key::from_str("blob")).expect("blob"), blob);
        let full = csv.image(&identity(), 0x2000, "nvs").expect_err("it does not fit").to_string();
        assert!(full.contains("nvs.csv:3: `blob`: the partition `nvs` of 8192 bytes has no room for it"), "{full}");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let says = |text: &str| of(text).expect_err("it is wrong").to_string();
        assert_eq!(says("a,b\n"), "nvs.csv:1: the first line is key,type,encoding,value");
        let head = "key,type,encoding,value\n";
        assert_eq!(says(&format!("{head}a,data,u8,1\n")), "nvs.csv:2: `a` stands before the first namespace");
        assert!(says(&format!("{head}n,namespace,,\na,data,u7,1\n")).starts_with("nvs.csv:3: unknown encoding `u7`"));
        assert_eq!(
            says(&format!("{head}n,namespace,,\na,data,string,${{client_id}}\n")),
            "nvs.csv:3: unknown placeholder `${client_id}`: did you mean `client-id`?"
        );
        let late = of(&format!("{head}n,namespace,,\na,data,u8,300\n")).expect("known later");
        let late = late.image(&identity(), 0x3000, "nvs").expect_err("too large").to_string();
        assert_eq!(late, "nvs.csv:3: `a`: a number of the type u8 is expected");
    }

    /// A Python with Espressif's generator; says why there is none.
    fn python() -> Option<PathBuf> {
        let python = std::env::var_os("HIL_TEST_PYTHON").map_or_else(|| "python3".into(), PathBuf::from);
        let has = std::process::Command::new(&python).args(["-c", "import esp_idf_nvs_partition_gen"]).output();
        if has.is_ok_and(|it| it.status.success()) {
            return Some(python);
        }
        eprintln!("not tested: esp-idf-nvs-partition-gen is not installed (HIL_TEST_PYTHON=/path/to/python)");
        None
    }

    #[test]
    fn espressifs_generator_makes_the_same_of_it() {
        let Some(python) = python() else { return };
        let folder = tempfile::tempdir().expect("a folder");
        let blob: Vec<u8> = (0..9000u32).map(|i| (i * 7 % 251) as u8).collect();
        std::fs::write(folder.path().join("blob.bin"), &blob).expect("written");
        let filled = CSV.replace("${broker.host}", "broker.hil").replace("${broker.port}", "1883");
        let filled = filled.replace("${client-id}", "c1").replace("0xFFFFFFFFFFFFFFFF", "18446744073709551615");
        let text = format!("{filled}blob,file,binary,blob.bin\n");
        std::fs::write(folder.path().join("nvs.csv"), &text).expect("written");
        let arguments = ["-m", "esp_idf_nvs_partition_gen", "generate", "nvs.csv", "theirs.bin", "0x6000"];
        let made = std::process::Command::new(python).args(arguments).current_dir(folder.path()).output().expect("run");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let csv = NvsCsv::parse(&folder.path().join("nvs.csv"), &text, None).expect("it is right");
        let ours = csv.image(&identity(), 0x6000, "nvs").expect("it fits");
        let theirs = std::fs::read(folder.path().join("theirs.bin")).expect("written");
        let read = |image: Vec<u8>| {
            let mut nvs = Nvs::new(0, 0x6000, MemFlash::from_bytes(image)).expect("NVS");
            let mut all = Vec::new();
            let entries: Vec<_> = nvs.typed_entries().map(|entry| entry.expect("an entry")).collect();
            for (namespace, key, kind) in entries {
                let value = match kind {
                    ItemType::BlobData | ItemType::BlobIndex | ItemType::Blob => {
                        format!("{:?}", nvs.get::<Vec<u8>>(&namespace, &key).expect("a blob"))
                    }
                    ItemType::Sized => nvs.get::<String>(&namespace, &key).expect("a text"),
                    ItemType::U16 => nvs.get::<u16>(&namespace, &key).expect("a number").to_string(),
                    ItemType::I8 => nvs.get::<i8>(&namespace, &key).expect("a number").to_string(),
                    ItemType::U64 => nvs.get::<u64>(&namespace, &key).expect("a number").to_string(),
                    ItemType::I64 => nvs.get::<i64>(&namespace, &key).expect("a number").to_string(),
                    other => panic!("{other:?} is not in the file"),
                };
                all.push((namespace.as_str().to_owned(), key.as_str().to_owned(), value));
            }
            all.sort();
            all.dedup();
            all
        };
        let ours = read(ours);
        assert_eq!(ours.len(), 10, "{ours:?}");
        assert_eq!(ours, read(theirs));
    }
}
