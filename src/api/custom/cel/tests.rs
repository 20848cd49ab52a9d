//! Rules over small values.

use super::*;

fn read(text: &str) -> Value {
    Value::from_json(text.as_bytes()).expect("valid JSON")
}

/// What a rule of the schema `{"type":"object", ..properties}` says of `new`.
fn told(properties: &str, rule: &str, new: &str, old: Option<&str>) -> String {
    let rule = Value::from(rule).to_json();
    let schema =
        format!(r#"{{"type":"object","properties":{properties},"x-kubernetes-validations":[{{"rule":{rule}}}]}}"#);
    let rules = Rules::of(&Schema::parse(&read(&schema))).expect("it has a rule");
    let mut errors = ErrorList::new();
    rules.validate(&read(new), old.map(read).as_ref(), None, &mut errors);
    if errors.is_empty() { String::new() } else { errors.to_string() }
}

const ANY: &str = r#"{"n":{"type":"integer"},"m":{"type":"integer"},"s":{"type":"string"},"t":{"type":"string"},
    "l":{"type":"array","items":{"type":"integer"}},"w":{"type":"array","items":{"type":"string"}},
    "a-b":{"type":"string"},"d":{"type":"string","format":"duration"},"when":{"type":"string","format":"date-time"},
    "f":{"type":"number"},"map":{"type":"object","additionalProperties":{"type":"string"}}}"#;

#[test]
fn a_rule_holds_or_is_told_with_its_text() {
    let table = [
        ("self.n > 1", r#"{"n":2}"#, true),
        ("self.n > 1", r#"{"n":1}"#, false),
        ("self.n <= self.m", r#"{"n":1,"m":2}"#, true),
        ("!has(self.n) || self.n > 1", "{}", true),
        ("has(self.n)", "{}", false),
        ("self.l.all(x, x > 0)", r#"{"l":[1,2]}"#, true),
        ("self.l.exists(x, x > 1)", r#"{"l":[1]}"#, false),
        ("self.l.map(x, x * 2).filter(x, x > 2) == [4]", r#"{"l":[1,2]}"#, true),
        ("self.l.isSorted() && self.l.sum() == 6 && self.l.min() == 1 && self.l.max() == 3", r#"{"l":[1,2,3]}"#, true),
        ("self.l.indexOf(2) == 1 && self.l.lastIndexOf(9) == -1", r#"{"l":[1,2,2]}"#, true),
        ("size(self.l) <= 2", r#"{"l":[1,2,3]}"#, false),
        ("self.s.startsWith('a') && self.s.matches('^a.c$')", r#"{"s":"abc"}"#, true),
        ("self.s.find('[0-9]+') == '12' && self.s.findAll('[0-9]') == ['1', '2']", r#"{"s":"a12"}"#, true),
        ("self.s.lowerAscii() == 'abc' && self.s.split('B') == ['A', 'C']", r#"{"s":"ABC"}"#, true),
        (
            "self.w.join('-') == 'a-b' && 'x y'.replace(' ', '_') == 'x_y' && ' x '.trim() == 'x'",
            r#"{"w":["a","b"]}"#,
            true,
        ),
        ("'abc'.substring(1) == 'bc' && 'abc'.charAt(1) == 'b' && 'abc'.indexOf('c') == 2", "{}", true),
        ("self.a__dash__b == 'x'", r#"{"a-b":"x"}"#, true),
        ("self.d > duration('1h')", r#"{"d":"90m"}"#, true),
        ("self.when > timestamp('2026-01-01T00:00:00Z')", r#"{"when":"2026-06-01T00:00:00Z"}"#, true),
        ("self.f == 2.0", r#"{"f":2}"#, true),
        ("self.map.all(k, k.startsWith('a')) && self.map['ab'] == 'x'", r#"{"map":{"ab":"x"}}"#, true),
        ("'zz' in self.map", r#"{"map":{"ab":"x"}}"#, false),
        ("quantity('1Gi').isGreaterThan(quantity('900Mi')) && isQuantity('2') && !isQuantity('x')", "{}", true),
        ("quantity('1').add(quantity('500m')).compareTo(quantity('1500m')) == 0", "{}", true),
        (
            "cidr('10.0.0.0/8').containsIP(self.s) && ip(self.s).family() == 4 && !isIP('x')",
            r#"{"s":"10.1.2.3"}"#,
            true,
        ),
        (
            "url(self.s).getHost() == 'example.com:80' && url(self.s).getPort() == '80' && isURL(self.s)",
            r#"{"s":"https://example.com:80/x?a=b"}"#,
            true,
        ),
        ("!format.dns1123Label().validate(self.s).hasValue()", r#"{"s":"web"}"#, true),
        ("sets.contains(self.l, [1, 2]) && !sets.intersects(self.l, [9])", r#"{"l":[1,2,3]}"#, true),
        ("self.?n.orValue(5) == 5", "{}", true),
        ("'%s is %s'.format([self.s, string(self.n)]) == 'x is 3'", r#"{"s":"x","n":3}"#, true),
    ];
    let schema = Schema::parse(&read(&format!(r#"{{"type":"object","properties":{ANY}}}"#)));
    let this = check::of_self(&schema, true).expect("an object");
    for (rule, value, holds) in table {
        let variables = vec![("self".to_owned(), this.clone())];
        assert_eq!(Program::typed(rule, variables).map(|(_, ty)| ty.to_string()), Ok("bool".to_owned()), "{rule}");
        let want = if holds { String::new() } else { format!("<nil>: Invalid value: failed rule: {rule}") };
        assert_eq!(told(ANY, rule, value, None), want, "{rule}");
    }
}

#[test]
fn what_cannot_be_evaluated_is_told_in_cel_s_words() {
    let table = [
        ("self.n > 1", "{}", "no such key: n"),
        ("self.n / self.m > 1", r#"{"n":1,"m":0}"#, "division by zero"),
        ("self.l[5] == 1", r#"{"l":[1]}"#, "index out of bounds: 5"),
    ];
    for (rule, value, why) in table {
        let want = format!(r#"<nil>: Invalid value: "object": {why} evaluating rule: {rule}"#);
        assert_eq!(told(ANY, rule, value, None), want, "{rule}");
    }
}

#[test]
fn a_transition_is_checked_only_where_there_was_something_before() {
    let rule = "self.n >= oldSelf.n";
    assert_eq!(told(ANY, rule, r#"{"n":1}"#, None), "");
    assert_eq!(told(ANY, rule, r#"{"n":2}"#, Some(r#"{"n":1}"#)), "");
    assert_ne!(told(ANY, rule, r#"{"n":1}"#, Some(r#"{"n":2}"#)), "");
}

#[test]
fn a_value_that_was_stored_like_that_is_not_held_against_a_later_rule() {
    assert_eq!(told(ANY, "self.n > 5", r#"{"n":1}"#, Some(r#"{"n":1}"#)), "");
    assert_ne!(told(ANY, "self.n > 5", r#"{"n":2}"#, Some(r#"{"n":1}"#)), "");
}

#[test]
fn messages_reasons_and_field_paths_are_the_rule_s_own() {
    let schema = r#"{"type":"object","properties":{"n":{"type":"integer"}},"x-kubernetes-validations":[
        {"rule":"self.n > 1","message":"n is small","fieldPath":".n","reason":"FieldValueForbidden"},
        {"rule":"self.n > 2","messageExpression":"'n is ' + string(self.n)"}]}"#;
    let rules = Rules::of(&Schema::parse(&read(schema))).expect("it has rules");
    let mut errors = ErrorList::new();
    rules.validate(&read(r#"{"n":1}"#), None, Some(&Path::new("spec")), &mut errors);
    assert_eq!(errors.to_string(), "[spec.n: Forbidden: n is small, spec: Invalid value: n is 1]");
}

#[test]
fn a_rule_about_a_scalar_shows_it() {
    let schema =
        r#"{"type":"object","properties":{"s":{"type":"string","x-kubernetes-validations":[{"rule":"self == 'a'"}]}}}"#;
    let rules = Rules::of(&Schema::parse(&read(schema))).expect("it has a rule");
    let mut errors = ErrorList::new();
    rules.validate(&read(r#"{"s":"b"}"#), None, None, &mut errors);
    assert_eq!(errors.to_string(), r#"s: Invalid value: "b": failed rule: self == 'a'"#);
}

#[test]
fn a_hostile_rule_ends() {
    let many: Vec<String> = (0..1000).map(|i| i.to_string()).collect();
    let value = format!(r#"{{"l":[{}]}}"#, many.join(","));
    let rule = "self.l.all(a, self.l.all(b, self.l.all(c, self.l.all(d, true))))";
    let why = told(ANY, rule, &value, None);
    assert!(why.contains("running out of cost budget"), "{why}");
    let deep = format!("{}true{}", "(".repeat(5000), ")".repeat(5000));
    assert!(Program::compile(&deep).is_err());
}

#[test]
fn what_is_no_expression_is_refused_with_its_place() {
    let schema = Schema::parse(&read(
        r#"{"type":"object","x-kubernetes-validations":[{"rule":"self.n >"},{"rule":"true","optionalOldSelf":true},{"rule":"oldSelf == self"}]}"#,
    ));
    let mut errors = ErrorList::new();
    check(&schema, &At::new("s"), Place { uncorrelatable: Some("s.items"), is_resource: false }, &mut errors);
    let texts: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(texts.len(), 3, "{texts:?}");
    assert!(texts[0].starts_with("s.x-kubernetes-validations[0].rule: Invalid value: {"), "{}", texts[0]);
    assert!(texts[0].contains("compilation failed: ERROR: <input>:1:"), "{}", texts[0]);
    assert!(texts[1].ends_with("may not be set if oldSelf is not used in rule"), "{}", texts[1]);
    assert!(texts[2].ends_with("uncorrelatable portion of the schema within s.items"), "{}", texts[2]);
}

#[test]
fn what_does_not_fit_the_schema_is_told_with_its_place() {
    let schema = Schema::parse(&read(&format!(r#"{{"type":"object","properties":{ANY}}}"#)));
    let this = check::of_self(&schema, true).expect("an object");
    let table = [
        ("self.x > 1", "ERROR: <input>:1:5: undefined field 'x'\n | self.x > 1\n | ....^"),
        ("has(self.x)", "ERROR: <input>:1:4: undefined field 'x'\n | has(self.x)\n | ...^"),
        ("foo > 1", "ERROR: <input>:1:1: undeclared reference to 'foo' (in container '')\n | foo > 1\n | ^"),
        ("self.n.y", "ERROR: <input>:1:7: type 'int' does not support field selection\n | self.n.y\n | ......^"),
        (
            "self.s > 1",
            "ERROR: <input>:1:8: found no matching overload for '_>_' applied to '(string, int)'\n | self.s > 1\n | .......^",
        ),
        (
            "self.n.startsWith('a')",
            "ERROR: <input>:1:18: found no matching overload for 'startsWith' applied to 'int.(string)'\n | \
             self.n.startsWith('a')\n | .................^",
        ),
        (
            "nope(self.n)",
            "ERROR: <input>:1:5: undeclared reference to 'nope' (in container '')\n | nope(self.n)\n | ....^",
        ),
        (
            "self.n.all(x, x > 1)",
            "ERROR: <input>:1:5: expression of type 'int' cannot be range of a comprehension (must be list, map, or dynamic)\n \
             | self.n.all(x, x > 1)\n | ....^",
        ),
        (
            "self.s.matches('[')",
            "ERROR: <input>:1:16: invalid matches argument\n | self.s.matches('[')\n | ...............^",
        ),
    ];
    for (rule, want) in table {
        let told = Program::typed(rule, vec![("self".to_owned(), this.clone())]).map(|(_, ty)| ty.to_string());
        assert_eq!(told, Err(want.to_owned()), "{rule}");
    }
    for (rule, ty) in
        [("self.l.map(x, x * 2)", "list(int)"), ("self.?n", "optional_type(int)"), ("self.map", "map(string, string)")]
    {
        let told = Program::typed(rule, vec![("self".to_owned(), this.clone())]).map(|(_, ty)| ty.to_string());
        assert_eq!(told, Ok(ty.to_owned()), "{rule}");
    }
}
