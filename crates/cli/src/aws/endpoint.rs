//! The URL of a service in a region.

use super::Service;
use aws_config::SdkConfig;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_types::service_config::ServiceConfigKey;

/// AWS's partitions but the first: how the names of their regions begin, the domain of their services, and the one that
/// also has IPv6 addresses (`partitions.json` of the SDKs).
const PARTITIONS: [(&str, &str, &str); 6] = [
    ("cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn"),
    ("eusc-", "amazonaws.eu", "api.amazonwebservices.eu"),
    ("us-iso-", "c2s.ic.gov", "api.aws.ic.gov"),
    ("us-isob-", "sc2s.sgov.gov", "api.aws.scloud"),
    ("eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"),
    ("us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov"),
];

/// The endpoint of a service: the configured one, or else Amazon's.
///
/// # Errors
/// There is no region, or it cannot be part of a host name; or FIPS or dual-stack endpoints are asked for together with a
/// custom endpoint.
pub(super) fn of(service: &Service, sdk: &SdkConfig) -> Result<String, BoxError> {
    let (fips, dual_stack) = (sdk.use_fips() == Some(true), sdk.use_dual_stack() == Some(true));
    if let Some(endpoint) = custom(service, sdk) {
        if fips || dual_stack {
            return Err("FIPS and dual-stack endpoints cannot be combined with a custom endpoint".into());
        }
        return Ok(endpoint);
    }
    let region = sdk.region().ok_or("there is no region")?.as_ref();
    if !is_host_label(region) {
        return Err("the region cannot be part of a host name".into());
    }
    let partition = PARTITIONS.iter().find(|(begins, ..)| region.starts_with(begins));
    let (plain, ipv6) = partition.map_or(("amazonaws.com", "api.aws"), |(_, plain, ipv6)| (*plain, *ipv6));
    let domain = if dual_stack { ipv6 } else { plain };
    // In GovCloud, the ordinary endpoints of these services are the FIPS endpoints.
    let is_fips_anyway = region.starts_with("us-gov-") && !dual_stack && service.name != "lambda";
    let suffix = if fips && !is_fips_anyway { "-fips" } else { "" };
    Ok(format!("https://{}{suffix}.{region}.{domain}", service.name))
}

/// The endpoint in the code, the service's own in environment or profile, or the one of all services, in this order
/// ("AWS SDKs and Tools Reference Guide, Service-specific endpoints").
fn custom(service: &Service, sdk: &SdkConfig) -> Option<String> {
    let of_all = || sdk.endpoint_url().map(str::to_owned);
    if sdk.get_origin("endpoint_url").is_client_config() {
        return of_all();
    }
    let key = ServiceConfigKey::builder().service_id(service.id).env("AWS_ENDPOINT_URL").profile("endpoint_url");
    let own = key.build().ok().and_then(|key| sdk.service_config()?.load_config(key));
    own.or_else(of_all)
}

fn is_host_label(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=63).contains(&text.len()) && !text.starts_with('-') && text.bytes().all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::{cloudformation, lambda, logs};
    use aws_types::{origin::Origin, region::Region, service_config::LoadServiceConfig};

    /// What the generated crates of the SDK answer for these ("endpoint-rule-set" of each service).
    #[test]
    fn amazons_endpoints_follow_service_region_and_kind() {
        let (plain, fips, dual, both) = ((false, false), (true, false), (false, true), (true, true));
        for (service, region, (fips, dual_stack), expected) in [
            (lambda::SERVICE, "eu-west-1", plain, "https://lambda.eu-west-1.amazonaws.com"),
            (logs::SERVICE, "us-east-1", plain, "https://logs.us-east-1.amazonaws.com"),
            (cloudformation::SERVICE, "ap-southeast-7", plain, "https://cloudformation.ap-southeast-7.amazonaws.com"),
            (lambda::SERVICE, "cn-north-1", plain, "https://lambda.cn-north-1.amazonaws.com.cn"),
            (lambda::SERVICE, "eusc-de-east-1", plain, "https://lambda.eusc-de-east-1.amazonaws.eu"),
            (logs::SERVICE, "us-isob-east-1", plain, "https://logs.us-isob-east-1.sc2s.sgov.gov"),
            (logs::SERVICE, "us-gov-west-1", plain, "https://logs.us-gov-west-1.amazonaws.com"),
            (lambda::SERVICE, "us-east-1", fips, "https://lambda-fips.us-east-1.amazonaws.com"),
            (lambda::SERVICE, "us-gov-west-1", fips, "https://lambda-fips.us-gov-west-1.amazonaws.com"),
            (logs::SERVICE, "us-gov-west-1", fips, "https://logs.us-gov-west-1.amazonaws.com"),
            (cloudformation::SERVICE, "us-gov-east-1", fips, "https://cloudformation.us-gov-east-1.amazonaws.com"),
            (lambda::SERVICE, "eu-west-1", dual, "https://lambda.eu-west-1.api.aws"),
            (logs::SERVICE, "cn-north-1", dual, "https://logs.cn-north-1.api.amazonwebservices.com.cn"),
            (cloudformation::SERVICE, "us-gov-east-1", both, "https://cloudformation-fips.us-gov-east-1.api.aws"),
        ] {
            let sdk =
                SdkConfig::builder().region(Region::new(region)).use_fips(fips).use_dual_stack(dual_stack).build();
            assert_eq!(of(&service, &sdk).unwrap(), expected);
        }
    }

    #[test]
    fn a_region_cannot_lead_to_another_host() {
        for region in ["", "eu west 1", "example.com/", "x@example.com", "-eu", "a.b", &"a".repeat(64)] {
            let sdk = SdkConfig::builder().region(Region::new(region.to_owned())).build();
            assert!(of(&lambda::SERVICE, &sdk).is_err(), "{region}");
        }
        assert!(of(&lambda::SERVICE, &SdkConfig::builder().build()).is_err());
    }

    #[derive(Debug)]
    struct Configured;

    impl LoadServiceConfig for Configured {
        fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
            assert_eq!((key.env(), key.profile()), ("AWS_ENDPOINT_URL", "endpoint_url"));
            (key.service_id() == "CloudWatch Logs").then(|| "http://of-logs".to_owned())
        }
    }

    #[test]
    fn a_custom_endpoint_of_the_service_precedes_the_one_of_all() {
        let mut builder = SdkConfig::builder().service_config(Configured).endpoint_url("http://of-all");
        builder.insert_origin("endpoint_url", Origin::shared_environment_variable());
        let sdk = builder.build();
        assert_eq!(of(&logs::SERVICE, &sdk).unwrap(), "http://of-logs");
        assert_eq!(of(&lambda::SERVICE, &sdk).unwrap(), "http://of-all");
        let mut in_code = sdk.to_builder();
        in_code.insert_origin("endpoint_url", Origin::shared_config());
        assert_eq!(of(&logs::SERVICE, &in_code.build()).unwrap(), "http://of-all");
        let fips = sdk.to_builder().use_fips(true).build();
        assert!(of(&lambda::SERVICE, &fips).is_err(), "a custom endpoint is not a FIPS endpoint");
    }
}
