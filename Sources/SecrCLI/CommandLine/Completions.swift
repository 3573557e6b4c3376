/// Completion scripts, made from the same table as everything else.
struct Completions {
    var tool: Tool

    /// - Parameter shell: `bash`, `zsh` or `fish`.
    func script(for shell: String) -> String? {
        switch shell {
        case "bash": bash
        case "zsh": zsh
        case "fish": fish
        default: nil
        }
    }

    private var commands: [Command] { [tool.main] + tool.others }

    /// A name for shell functions.
    private var function: String { "_" + String(tool.name.map { $0 == "-" ? "_" : $0 }) }

    // MARK: bash

    private var bash: String {
        let cases = commands.map { command in
            let options = tool.options(of: command)
            let values = options.compactMap(bashValue).joined(separator: "\n")
            let names = options.flatMap(spellings).joined(separator: " ")
            return """
                    \(command.name ?? "*"))
                        case "$previous" in
                \(values)
                        esac
                        words="\(names)"
                        ;;
                """
        }
        // The main command's pattern matches everything and therefore comes last.
        let ordered = (cases.dropFirst() + cases.prefix(1)).joined(separator: "\n")
        let others = tool.others.compactMap(\.name).joined(separator: " ")
        return """
            # bash completion for \(tool.name)
            \(function)() {
                local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}" words=""
                COMPREPLY=()
                # "=" splits words: --name=value arrives as three.
                [ "$previous" = "=" ] && previous="${COMP_WORDS[COMP_CWORD-2]}"
                [ "$current" = "=" ] && previous="${COMP_WORDS[COMP_CWORD-1]}" && current=""
                case "${COMP_WORDS[1]}" in
            \(ordered)
                esac
                case "$current" in
                    -*) mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current") ;;
                    *)
                        mapfile -t COMPREPLY < <(compgen -f -- "$current")
                        [ "$COMP_CWORD" -eq 1 ] && mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "\(others)" -- "$current")
                        ;;
                esac
                compopt -o filenames
            }
            complete -F \(function) \(tool.name)
            """
    }

    private func bashValue(_ option: Option) -> String? {
        guard let value = option.value else { return nil }
        let pattern = spellings(option).joined(separator: "|")
        let action =
            switch value.completion {
            case .file: "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$current\")"
            case .folder: "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- \"$current\")"
            case .choice(let words):
                "mapfile -t COMPREPLY < <(compgen -W \"\(words.joined(separator: " "))\" -- \"$current\")"
            case .nothing: ":"
            }
        return "                \(pattern)) \(action); return ;;"
    }

    private func spellings(_ option: Option) -> [String] {
        ["--\(option.long)"] + (option.short.map { ["-\($0)"] } ?? [])
    }

    // MARK: zsh

    private var zsh: String {
        let functions = commands.map { command in
            let specs = tool.options(of: command).map(zshSpec).map { "        \($0) \\" }.joined(separator: "\n")
            return """
                \(function)_\(command.name ?? "main")() {
                    _arguments -s -S \\
                \(specs)
                        '*:file:_files'
                }
                """
        }
        let cases = tool.others.compactMap(\.name).map {
            "        \($0)) shift words; (( CURRENT-- )); \(function)_\($0) ;;"
        }
        let others = tool.others.map { "'\($0.name ?? ""):\(zshQuoted($0.abstract))'" }.joined(separator: " ")
        return """
            #compdef \(tool.name)
            \(functions.joined(separator: "\n"))
            \(function)() {
                case "$words[2]" in
            \(cases.joined(separator: "\n"))
                    *)
                        if (( CURRENT == 2 )) && [[ "$words[2]" != -* ]]; then
                            local -a commands=(\(others))
                            _describe command commands
                        fi
                        \(function)_main
                        ;;
                esac
            }
            compdef \(function) \(tool.name)
            """
    }

    private func zshSpec(_ option: Option) -> String {
        let names = option.short.map { "'(-\($0) --\(option.long))'{-\($0),--\(option.long)}'" } ?? "'--\(option.long)"
        var spec = names + "[\(zshQuoted(option.help))]"
        if let value = option.value {
            let action =
                switch value.completion {
                case .file: "_files"
                case .folder: "_files -/"
                case .choice(let words): "(\(words.joined(separator: " ")))"
                case .nothing: ""
                }
            spec += ":\(value.name):\(action)"
        }
        return spec + "'"
    }

    private func zshQuoted(_ text: String) -> String {
        String(text.flatMap { "'[]:".contains($0) ? ($0 == "'" ? Array("'\\''") : ["\\", $0]) : [$0] })
    }

    // MARK: fish

    private var fish: String {
        var lines = ["# fish completion for \(tool.name)"]
        let names = tool.others.compactMap(\.name).joined(separator: " ")
        for command in tool.others {
            lines.append(
                "complete -c \(tool.name) -n __fish_use_subcommand -a \(command.name ?? "") -d \(fishQuoted(command.abstract))"
            )
        }
        for command in commands {
            let condition =
                command.name.map { "__fish_seen_subcommand_from \($0)" } ?? "not __fish_seen_subcommand_from \(names)"
            for option in tool.options(of: command) {
                var line = "complete -c \(tool.name) -n '\(condition)' -l \(option.long)"
                if let short = option.short { line += " -s \(short)" }
                switch option.value?.completion {
                case nil: break
                case .file: line += " -r -F"
                case .folder: line += " -x -a '(__fish_complete_directories)'"
                case .choice(let words): line += " -x -a '\(words.joined(separator: " "))'"
                case .nothing: line += " -x"
                }
                lines.append(line + " -d \(fishQuoted(option.help))")
            }
        }
        return lines.joined(separator: "\n")
    }

    private func fishQuoted(_ text: String) -> String {
        "'" + String(text.flatMap { $0 == "'" ? Array("\\'") : [$0] }) + "'"
    }
}
