using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Llamax.Runs.Recipes;

/// <summary>A YAML document with line numbers, and single values replaced from the command line (<c>--set a.b=c</c>).</summary>
public sealed class RecipeFile
{
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
            throw new RequestException($"this is not YAML ({e.Message})", $"{name}, line {e.Start.Line}", "mend the indentation or the quotes there", e);
        }

        if (stream.Documents.Count != 1 || stream.Documents[0].RootNode is not YamlMappingNode root)
            throw new RequestException("a recipe is one YAML mapping of keys to values", name, "start from a file in recipes/");
        return new RecipeFile(name, root);
    }

    /// <summary>Replaces or adds one value, for example <c>phases.cpt.steps=200</c>; the value is read as YAML.</summary>
    /// <exception cref="RequestException">The text has no equals sign, or the path leads through something that is not a mapping.</exception>
    public void Set(string assignment)
    {
        var equals = assignment.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
            throw new RequestException("a key and a value were expected", $"--set {assignment}", "write it as --set a.b=c");
        var keys = assignment[..equals].Split('.');
        var value = ParseValue(assignment[(equals + 1)..], assignment);
        var at = Root;
        for (var i = 0; i < keys.Length - 1; i++)
        {
            if (!at.Children.TryGetValue(keys[i], out var child))
                at.Children[keys[i]] = child = new YamlMappingNode();
            at = child as YamlMappingNode ?? throw new RequestException(
                $"{string.Join('.', keys[..(i + 1)])} holds a value and has no keys below it", $"--set {assignment}", "see the keys with --print-defaults");
        }

        at.Children[keys[^1]] = value;
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

    internal static string LineOf(YamlNode node) => node.Start.Line.ToString(CultureInfo.InvariantCulture);
}
