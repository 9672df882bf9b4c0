using System.CommandLine;

var root = new RootCommand("Turns LLaMA-family models into translators between any two of 102 languages, and measures the result.");
root.Subcommands.Add(new Command("languages", "list"));
return root.Parse(args).Invoke();
