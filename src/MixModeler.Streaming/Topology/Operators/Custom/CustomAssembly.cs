using System.Reflection;
using System.Runtime.Loader;
using System.Security.Cryptography;

namespace MixModeler.Streaming.Topology.Operators.Custom;

/// <summary>
/// An assembly with operators, in a context of its own: it brings its own dependencies from its folder, and shares only what
/// names the contract. Read from memory, so that the file can be replaced.
/// </summary>
internal sealed class CustomAssembly : AssemblyLoadContext
{
    private static readonly string[] Shared = ["MixModeler.Streaming", "MixModeler.Streaming.Score", "MixModeler.Streaming.Wire"];

    private readonly string folder;
    private readonly Dictionary<string, Type> operators = new(StringComparer.Ordinal);

    private CustomAssembly(string path, byte[] bytes)
        : base(Path.GetFileName(path), isCollectible: true)
    {
        folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
        using MemoryStream stream = new(bytes);
        foreach (Type type in LoadFromStream(stream).GetExportedTypes())
        {
            if (type.GetCustomAttribute<OperatorAttribute>() is { } named && typeof(ICustomOperator).IsAssignableFrom(type) && !type.IsAbstract)
            {
                operators.TryAdd(named.Name, type);
            }
        }
    }

    /// <summary>SHA-256 of the file: a changed body is another operator.</summary>
    public string Hash { get; }

    public IEnumerable<string> Names => operators.Keys.Order(StringComparer.Ordinal);

    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="BadImageFormatException">It is no assembly.</exception>
    public static CustomAssembly Load(string path) => new(path, File.ReadAllBytes(path));

    public ICustomOperator? Create(string name) => operators.TryGetValue(name, out Type? type) ? (ICustomOperator)Activator.CreateInstance(type)! : null;

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (Shared.Contains(assemblyName.Name))
        {
            return typeof(ICustomOperator).Assembly.GetName().Name == assemblyName.Name
                ? typeof(ICustomOperator).Assembly
                : Default.LoadFromAssemblyName(assemblyName);
        }

        string beside = Path.Combine(folder, assemblyName.Name + ".dll");
        if (!File.Exists(beside))
        {
            return null;
        }

        using MemoryStream stream = new(File.ReadAllBytes(beside));
        return LoadFromStream(stream);
    }
}
