//! Values, schemas, and what validation says of them.

use super::*;

fn read(text: &str) -> Value {
    Value::from_json(text.as_bytes()).expect("valid JSON")
}

fn errors(schema: &str, value: &str) -> String {
    let outcome = validate(&Schema::parse(&read(schema)), &read(value), None, "");
    let errors = outcome.field_errors(None);
    if errors.is_empty() { String::new() } else { errors.to_string() }
}

fn check(table: &[(&str, &str, &str)]) {
    for (schema, value, want) in table {
        let whole = format!(r#"{{"type":"object","properties":{{"a":{schema}}}}}"#);
        assert_eq!(errors(&whole, &format!(r#"{{"a":{value}}}"#)), *want, "{schema} {value}");
    }
}

#[test]
fn a_scalar_that_breaks_the_schema_is_told_in_the_words_of_kube_openapi() {
    check(&[
        (
            r#"{"type":"integer"}"#,
            r#""many""#,
            r#"a: Invalid value: "string": a in body must be of type integer: "string""#,
        ),
        (r#"{"type":"string"}"#, "null", r#"a: Invalid value: "null": a in body must be of type string: "null""#),
        (r#"{"type":"string","nullable":true}"#, "null", ""),
        (r#"{"type":"integer"}"#, "2.0", ""),
        (r#"{"type":"number"}"#, "2", ""),
        (
            r#"{"type":"integer","minimum":1}"#,
            "0",
            "a: Invalid value: 0: a in body should be greater than or equal to 1",
        ),
        (
            r#"{"type":"integer","maximum":10}"#,
            "11",
            "a: Invalid value: 11: a in body should be less than or equal to 10",
        ),
        (
            r#"{"type":"number","maximum":1.5,"exclusiveMaximum":true}"#,
            "1.5",
            "a: Invalid value: 1.5: a in body should be less than 1.5",
        ),
        (r#"{"type":"integer","multipleOf":5}"#, "7", "a: Invalid value: 7: a in body should be a multiple of 5"),
        (
            r#"{"type":"string","enum":["red","green"]}"#,
            r#""blue""#,
            r#"a: Unsupported value: "blue": supported values: "red", "green""#,
        ),
        (r#"{"type":"string","maxLength":2}"#, r#""abc""#, "a: Too long: may not be more than 2 bytes"),
        (
            r#"{"type":"string","minLength":2}"#,
            r#""a""#,
            r#"a: Invalid value: "a": a in body should be at least 2 chars long"#,
        ),
        (r#"{"type":"string","pattern":"^x$"}"#, r#""y""#, r#"a: Invalid value: "y": a in body should match '^x$'"#),
        (
            r#"{"type":"string","format":"date"}"#,
            r#""soon""#,
            r#"a: Invalid value: "soon": a in body must be of type date: "soon""#,
        ),
        (r#"{"type":"string","format":"colour"}"#, r#""soon""#, ""),
    ]);
}

#[test]
fn a_list_or_a_map_that_breaks_the_schema_is_told_in_the_words_of_kube_openapi() {
    check(&[
        (r#"{"type":"array","maxItems":2}"#, "[1,2,3]", "a: Too many: 3: must have at most 2 items"),
        (r#"{"type":"array","minItems":1}"#, "[]", "a: Invalid value: 0: a in body should have at least 1 items"),
        (
            r#"{"type":"array","items":{"type":"string"}}"#,
            "[1]",
            r#"a[0]: Invalid value: "integer": a[0] in body must be of type string: "integer""#,
        ),
        (
            r#"{"type":"array","uniqueItems":true}"#,
            "[1,1]",
            r#"a: Invalid value: "": a in body shouldn't contain duplicates"#,
        ),
        (r#"{"type":"object","required":["b"]}"#, "{}", "a.b: Required value"),
        (
            r#"{"type":"object","minProperties":1}"#,
            "{}",
            "a: Invalid value: 0: a in body should have at least 1 properties",
        ),
        (
            r#"{"type":"object","additionalProperties":{"type":"string"}}"#,
            r#"{"k":1}"#,
            r#"a.k: Invalid value: "integer": a.k in body must be of type string: "integer""#,
        ),
    ]);
}

#[test]
fn a_value_that_breaks_a_combination_of_schemas_is_told_in_the_words_of_kube_openapi() {
    check(&[
        (
            r#"{"x-kubernetes-int-or-string":true}"#,
            "true",
            r#"a: Invalid value: "boolean": a in body must be of type integer,string: "boolean""#,
        ),
        (r#"{"x-kubernetes-int-or-string":true}"#, r#""25%""#, ""),
        (
            r#"{"type":"object","not":{"required":["b"]}}"#,
            r#"{"b":1}"#,
            r#"<nil>: Invalid value: "": "a" must not validate the schema (not)"#,
        ),
        (
            r#"{"type":"object","oneOf":[{"required":["b"]},{"required":["c"]}]}"#,
            r#"{"b":1,"c":1}"#,
            r#"<nil>: Invalid value: "": "a" must validate one and only one schema (oneOf). Found 2 valid alternatives"#,
        ),
        (
            r#"{"type":"object","oneOf":[{"required":["b"]},{"required":["c"]}]}"#,
            "{}",
            r#"[<nil>: Invalid value: "": "a" must validate one and only one schema (oneOf). Found none valid, a.b: Required value]"#,
        ),
        (
            r#"{"type":"object","anyOf":[{"required":["b"]},{"required":["c"]}]}"#,
            "{}",
            r#"[<nil>: Invalid value: "": "a" must validate at least one schema (anyOf), a.b: Required value]"#,
        ),
        (
            r#"{"type":"integer","allOf":[{"minimum":3},{"maximum":5}]}"#,
            "2",
            r#"[a: Invalid value: 2: a in body should be greater than or equal to 3, <nil>: Invalid value: "": "a" must validate all the schemas (allOf)]"#,
        ),
    ]);
}

#[test]
fn a_part_that_was_stored_like_that_is_not_held_against_the_schema() {
    let schema = Schema::parse(&read(
        r#"{"type":"object","properties":{"a":{"type":"integer","maximum":3},"b":{"type":"string"},
            "l":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"],
                 "items":{"type":"object","properties":{"k":{"type":"string"},"v":{"type":"integer","maximum":3}}}}}}"#,
    ));
    let old = read(r#"{"a":9,"b":"x","l":[{"k":"x","v":9}]}"#);
    let table = [
        (r#"{"a":9,"b":"y"}"#, 0),
        (r#"{"a":8,"b":"x"}"#, 1),
        (r#"{"l":[{"k":"new","v":1},{"k":"x","v":9}]}"#, 0),
        (r#"{"l":[{"k":"x","v":8}]}"#, 1),
    ];
    for (new, want) in table {
        assert_eq!(validate(&schema, &read(new), Some(&old), "").failures.len(), want, "{new}");
    }
}
