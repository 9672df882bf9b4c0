using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Llamax.Runs.Recipes;

/// <summary>A YAML document with line numbers, and single values replaced from the command line (<c>--set a.b=c</c>).</summary>
public sealed class RecipeFile
{
    private readonly Dictionary<YamlNode, string> _assigned = new(ReferenceEqualityComparer.Instance);

    private RecipeFile(string name, YamlMappingNode root) => (Name, Root) = (name, root);

    /// <summary>The file as the user named it; begins every message about it.</summary>
    public string Name { get; }

    internal YamlMappingNode Root { get; }

    /// <exception cref="RequestException">The file is missing or is not a YAML mapping.</exception>
    public static RecipeFile Read(string path)
    {
        if (!File.Exists(path))
            throw new RequestException("there is no such recipe", path, "name a YAML file, for example recipes/mini-real.yaml");
        return Parse(path, File.ReadAllText(path));
    }

    /// <exception cref="RequestException">The text is not a YAML mapping.</exception>
    public static RecipeFile Parse(string name, string text)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(text));
        }
        catch (YamlException e)
        {
            throw new RequestException(
                $"this is not YAML ({e.Message})", $"{name}, line {e.Start.Line}", "mend the indentation or the quotes there", e);
        }

        if (stream.Documents.Count != 1 || stream.Documents[0].RootNode is not YamlMappingNode root)
            throw new RequestException("a recipe is one YAML mapping of keys to values", name, "start from a file in recipes/");
        return new RecipeFile(name, root);
    }

    /// <summary>Replaces or adds one value, for example <c>phases.cpt.steps=200</c>; the value is read as YAML.</summary>
    /// <exception cref="RequestException">
    /// The text has no equals sign, or the path leads through something that is not a mapping.
    /// </exception>
    public void Set(string assignment)
    {
        var equals = assignment.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
            throw new RequestException("a key and a value were expected", $"--set {assignment}", "write it as --set a.b=c");
        var value = ParseValue(assignment[(equals + 1)..], assignment);
        foreach (var node in value.AllNodes)
            _assigned[node] = $"--set {assignment}";
        Set(assignment[..equals].Split('.'), value, $"--set {assignment}");
    }

    private void Set(string[] keys, YamlNode value, string where)
    {
        var at = Root;
        for (var i = 0; i < keys.Length - 1; i++)
        {
            if (!at.Children.TryGetValue(keys[i], out var child))
                at.Children[Key(keys[i], where)] = child = new YamlMappingNode();
            at = child as YamlMappingNode ?? throw new RequestException(
                $"{string.Join('.', keys[..(i + 1)])} holds a value and has no keys below it", where, "leave out what follows it");
        }

        at.Children[Key(keys[^1], where)] = value;
    }

    // Where a key is there already, the mapping keeps the one that it has, with its line.
    private YamlScalarNode Key(string name, string where)
    {
        var key = new YamlScalarNode(name);
        _assigned[key] = where;
        return key;
    }

    /// <summary>
    /// Takes the keys <c>profiles</c> and <c>profile</c> out. Where a profile is named (<c>--set profile=half-hour</c>), its values
    /// replace the recipe's: <c>profiles.NAME</c> maps paths such as <c>phases.cpt.training.steps</c> to values.
    /// </summary>
    /// <exception cref="RequestException">There is no profile of that name.</exception>
    public void ApplyProfile()
    {
        Root.Children.Remove("profiles", out var profiles);
        if (!Root.Children.Remove("profile", out var chosen))
            return;
        var name = (chosen as YamlScalarNode)?.Value ?? "";
        var known = (profiles as YamlMappingNode)?.Children.Keys.Select(NameOf).ToList() ?? [];
        if (!known.Contains(name))
        {
            throw new RequestException(
                $"there is no profile \"{name}\"",
                Name,
                known.Count == 0 ? "this recipe has none" : $"the profiles are {string.Join(", ", known)}");
        }

        if (profiles![name] is not YamlMappingNode values)
        {
            throw new RequestException(
                $"profile {name} is not a mapping of paths to values",
                Where(profiles[name]),
                "write it as a.b.c: value");
        }

        foreach (var (path, value) in values.Children)
            Set(NameOf(path).Split('.'), value, $"profiles.{name}");
    }

    private static YamlNode ParseValue(string text, string assignment)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(text));
        }
        catch (YamlException e)
        {
            throw new RequestException($"the value is not YAML ({e.Message})", $"--set {assignment}", "quote it", e);
        }

        return stream.Documents.Count == 0 ? new YamlScalarNode("") : stream.Documents[0].RootNode;
    }

    /// <summary>Where a node was written: a line of the file or an assignment.</summary>
    internal string Where(YamlNode node) => _assigned.TryGetValue(node, out var assignment) ? assignment
        : node.Start.Line > 0 ? string.Create(CultureInfo.InvariantCulture, $"{Name}, line {node.Start.Line}")
        : Name;

    /// <summary>The text of a key.</summary>
    /// <exception cref="RequestException">It is a list or has keys of its own.</exception>
    internal string NameOf(YamlNode key) => (key as YamlScalarNode)?.Value
        ?? throw new RequestException("a key is no text", Where(key), "write it as name: value");
}
