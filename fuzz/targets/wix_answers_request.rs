#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ringbolt_fuzz::wix_answers_request(data));
