//! The commands in a rule's texts, as a shell would read them.

/// Programs whose commands we know how to check.
const PROGRAMS: [&str; 2] = ["aws", "kubectl"];

/// Every command of these programs, as its words. A command begins a line or follows an operator of the shell; any
/// other line is prose.
pub fn commands(text: &str) -> Result<Vec<Vec<String>>, String> {
    let mut found = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let line = rest.split('\n').next().unwrap_or_default();
        if PROGRAMS.contains(&line.split_whitespace().next().unwrap_or_default()) {
            let (commands, length) = read_line(rest)?;
            found.extend(commands);
            rest = &rest[length..];
        } else {
            rest = rest.get(line.len() + 1..).unwrap_or_default();
        }
    }
    found.retain(|words| words.first().is_some_and(|program| PROGRAMS.contains(&program.as_str())));
    Ok(found)
}

/// The commands up to the end of the line outside all quotes, and how long that is.
fn read_line(text: &str) -> Result<(Vec<Vec<String>>, usize), String> {
    let mut commands = vec![Vec::new()];
    let mut word: Option<String> = None;
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '\'' | '"' => quoted(character, &mut characters, word.get_or_insert_default())
                .ok_or_else(|| format!("a quote is not closed: {}", &text[at..]))?,
            '\\' => match characters.next() {
                Some((_, '\n')) => {}
                Some((_, escaped)) => word.get_or_insert_default().push(escaped),
                None => return Err("a command ends in a backslash".to_owned()),
            },
            '\n' => {
                commands.last_mut().into_iter().for_each(|words| words.extend(word.take()));
                return Ok((commands, at + 1));
            }
            '|' | ';' | '&' | '>' => {
                commands.last_mut().into_iter().for_each(|words| words.extend(word.take()));
                commands.push(Vec::new());
            }
            _ if character.is_whitespace() => {
                commands.last_mut().into_iter().for_each(|words| words.extend(word.take()));
            }
            _ => word.get_or_insert_default().push(character),
        }
    }
    commands.last_mut().into_iter().for_each(|words| words.extend(word.take()));
    Ok((commands, text.len()))
}

/// Up to the closing quote; `None` when there is none.
fn quoted(quote: char, characters: &mut std::str::CharIndices<'_>, word: &mut String) -> Option<()> {
    loop {
        match characters.next()?.1 {
            closing if closing == quote => return Some(()),
            '\\' if quote == '"' => word.push(characters.next()?.1),
            character => word.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::commands;

    fn read(text: &str) -> Vec<String> {
        commands(text).unwrap_or_else(|error| vec![vec![error]]).iter().map(|words| words.join("|")).collect()
    }

    #[test]
    fn commands_are_read_as_a_shell_does() {
        assert_eq!(
            read("aws a b --c 'd \"e\"'\nThe cluster's own.\nkubectl get pods"),
            ["aws|a|b|--c|d \"e\"", "kubectl|get|pods"]
        );
        assert_eq!(read("aws a \\\n  --b \"c\nd\" | jq . && kubectl x\n"), ["aws|a|--b|c\nd", "kubectl|x"]);
        assert_eq!(read("aws a --b ''"), ["aws|a|--b|"]);
        assert_eq!(read("awsome\nsee `aws x`\n\n"), [""; 0]);
        assert_eq!(read("aws 'a"), ["a quote is not closed: 'a"]);
    }
}
